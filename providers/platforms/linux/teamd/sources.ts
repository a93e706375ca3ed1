// Where a machine keeps the configurations of its team devices: files of teamd itself, key files of NetworkManager (type=team) and ifcfg
// files (TEAM_CONFIG), each with the ports that other files of the same kind add. Source: teamd(8), nm-settings-keyfile(5),
// initscripts' sysconfig.txt. Pure.
import { own } from "../../own.js";
import { parseJson, type ReadTeam, readTeamd } from "./config.js";

export interface TeamFile {
  /** Such as `/etc/teamd/team0.conf`; of what the daemon says `teamdctl team0 config dump`. */
  readonly path: string;
  readonly lines: readonly string[];
}

export type FoundTeam = ReadTeam & { readonly path: string };

/** The configuration of one team device; undefined: nothing here tells it. What the daemon itself says goes first. */
export function findTeam(device: string, files: readonly TeamFile[]): FoundTeam | undefined {
  const readers = [ofTeamd, ofKeyfiles, ofIfcfg];
  for (const read of readers) {
    const found = read(device, files);
    if (found) return found;
  }
  return undefined;
}

function ofTeamd(device: string, files: readonly TeamFile[]): FoundTeam | undefined {
  const file =
    files.find(({ path }) => path === `teamdctl ${device} config dump`) ??
    files.find(({ path }) => path === `/etc/teamd/${device}.conf`);
  return file && whole(file.path, { fault: "is empty", ...parseJson(file.lines.join("\n")) }, {});
}

type Values = ReadonlyMap<string, string>;

/** Sections and keys of a key file as `section.key`. */
export function keyfileValues(lines: readonly string[]): Values {
  let section = "";
  const values = new Map<string, string>();
  for (const line of lines) {
    const [, name] = /^\s*\[(.+)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) section = name;
    const [, key, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined && key !== undefined) values.set(`${section}.${key}`, unescaped(value ?? ""));
  }
  return values;
}

/** GLib's key files. */
function unescaped(value: string): string {
  const signs: Readonly<Record<string, string>> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };
  return value.replaceAll(/\\(.)/g, (all, sign: string) => own(signs, sign) ?? all);
}

function ofKeyfiles(device: string, files: readonly TeamFile[]): FoundTeam | undefined {
  const profiles = files
    .filter(({ path }) => path.includes("/NetworkManager/system-connections/"))
    .map(({ path, lines }) => ({ path, values: keyfileValues(lines) }));
  const team = profiles.find(
    ({ values }) => values.get("connection.type") === "team" && values.get("connection.interface-name") === device,
  );
  if (!team) return undefined;
  const names = [device, team.values.get("connection.uuid"), team.values.get("connection.id")];
  const ports = profiles.flatMap(({ path, values }) => {
    const kind = values.get("connection.port-type") ?? values.get("connection.slave-type");
    const controller = values.get("connection.controller") ?? values.get("connection.master");
    const nic = values.get("connection.interface-name");
    if (kind !== "team" || controller === undefined || nic === undefined || !names.includes(controller)) return [];
    return [{ path, nic, config: values.get("team-port.config") }];
  });
  return withPorts(team.path, team.values.get("team.config"), ports);
}

/** Shell assignments, with the quotes of the shell taken off. */
export function ifcfgValues(lines: readonly string[]): Values {
  const rows = lines.flatMap((line) => {
    const [, key, value] = /^\s*(\w+)=(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unquoted(value)] as const];
  });
  return new Map(rows);
}

function unquoted(value: string): string {
  if (/^'[^']*'$/.test(value)) return value.slice(1, -1);
  const [, inner] = /^"((?:[^"\\]|\\.)*)"$/.exec(value) ?? [];
  return (inner ?? value).replaceAll(/\\(["\\$`])/g, "$1");
}

function ofIfcfg(device: string, files: readonly TeamFile[]): FoundTeam | undefined {
  const interfaces = files
    .filter(({ path }) => /\/ifcfg-[^/]+$/.test(path))
    .map(({ path, lines }) => ({ path, values: ifcfgValues(lines) }));
  const team = interfaces.find(
    ({ values }) => values.get("DEVICE") === device && values.get("DEVICETYPE")?.toLowerCase() === "team",
  );
  if (!team) return undefined;
  const ports = interfaces.flatMap(({ path, values }) => {
    const nic = values.get("DEVICE");
    if (values.get("TEAM_MASTER") !== device || nic === undefined) return [];
    return [{ path, nic, config: values.get("TEAM_PORT_CONFIG") }];
  });
  return withPorts(team.path, team.values.get("TEAM_CONFIG"), ports);
}

interface PortFile {
  readonly path: string;
  readonly nic: string;
  readonly config: string | undefined;
}

/** Nothing said is teamd's default. */
function withPorts(path: string, config: string | undefined, files: readonly PortFile[]): FoundTeam {
  const read = (text: string | undefined) => (text === undefined || text === "" ? { value: {} } : parseJson(text));
  const ports = files.map((file) => ({ ...file, json: read(file.config) }));
  const faults = ports.flatMap(({ path: at, json }) => ("fault" in json ? [`${at}: ${json.fault}`] : []));
  if (faults.length > 0) return { path, faults };
  return whole(
    path,
    read(config),
    Object.fromEntries(ports.map(({ nic, json }) => [nic, "value" in json && json.value])),
  );
}

function whole(path: string, json: ReturnType<typeof parseJson>, ports: Readonly<Record<string, unknown>>): FoundTeam {
  if (!("value" in json)) return { path, faults: [json.fault] };
  const { value } = json;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { path, ...readTeamd(value) };
  const { ports: inside } = value as { readonly ports?: unknown };
  const all = typeof inside === "object" && inside !== null ? { ...inside, ...ports } : (inside ?? ports);
  return { path, ...readTeamd({ ...value, ports: all }) };
}
