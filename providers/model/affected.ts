// What of a file a wrong place takes along: the thing that it stands in, and whatever names that thing. Findings about the rest hold
// whatever the place is corrected to. Pure.
import type { EnvironmentSpec } from "./environment.js";
import { type HostProfileSpec, type HostSpec, withProfile } from "./host.js";
import type { Path } from "./problem.js";
import { expandRange, hasRange, rangeFault } from "./range.js";
import { isRecord } from "./record.js";

/** Sections that hold things by name. */
const SECTIONS = ["networks", "switches", "hosts", "distributedSwitches", "vms"] as const;

/** What of a host stands for itself and has a name: a virtual switch is as it is, whatever becomes of the one beside it. */
const PARTS = ["uplinks", "virtualSwitches", "hostPorts", "vmkernelPorts"] as const;

/** A network, a VM, a host without its parts, a virtual switch of a host .. */
interface Thing {
  readonly id: string;
  /** Its own, and those of the members of a group. */
  readonly names: readonly string[];
  /** Of a part of a host. */
  readonly host?: Thing;
  /** Every text of its body, which may be the name of another thing. */
  readonly words: ReadonlySet<string>;
}

/** Whether a finding at a path may follow from what is wrong at any of the other paths. */
export function affectedBy(wrong: readonly Path[], spec: EnvironmentSpec): (path: Path) => boolean {
  if (wrong.length === 0) return () => false;
  // The release of vSphere decides on limits everywhere.
  if (wrong.some(([section]) => section === undefined || section === "vcenter")) return () => true;
  const places = wrong.flatMap((path) => onHosts(path, spec));
  const sections = new Set(places.flatMap((path) => (path.length === 1 ? path : [])));
  const reached = reach(thingsOf(spec), new Set(places.map(idAt)));
  return (path) => sections.has(path[0] ?? "") || onHosts(path, spec).some((place) => reached.has(idAt(place)));
}

/** What is wrong in a profile is wrong on every host that has it. */
function onHosts(path: Path, { hosts = {} }: EnvironmentSpec): readonly Path[] {
  const [section, name, ...rest] = path;
  if (section !== "profiles") return [path];
  if (name === undefined) return [["hosts"]];
  return Object.keys(hosts).flatMap((host) => (hosts[host]?.profile === name ? [["hosts", host, ...rest]] : []));
}

function idAt(path: Path): string {
  const isInPart = path[0] === "hosts" && path.length > 3 && (PARTS as Path).includes(path[2] ?? "");
  return JSON.stringify(path.slice(0, isInPart ? 4 : 2));
}

function thingsOf(spec: EnvironmentSpec): Thing[] {
  return SECTIONS.flatMap((section) =>
    Object.entries(spec[section] ?? {}).flatMap(([name, body]) => {
      if (section === "hosts") return hostThings(name, withProfile(body, profileOf(body, spec)));
      return [{ id: idAt([section, name]), names: namesOf(name), words: wordsOf(body) }];
    }),
  );
}

function profileOf({ profile }: HostSpec, { profiles = {} }: EnvironmentSpec): HostProfileSpec | undefined {
  return profile !== undefined && Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
}

function hostThings(name: string, body: Readonly<Record<string, unknown>>): Thing[] {
  const settings = Object.entries(body).filter(([key]) => !(PARTS as Path).includes(key));
  const host = { id: idAt(["hosts", name]), names: namesOf(name), words: wordsOf(Object.fromEntries(settings)) };
  const parts = PARTS.flatMap((part) =>
    Object.entries(body[part] ?? {}).map(([key, value]) => ({
      id: idAt(["hosts", name, part, key]),
      names: [key],
      host,
      words: wordsOf(value),
    })),
  );
  return [host, ...parts];
}

function namesOf(key: string): string[] {
  return hasRange(key) && !rangeFault(key) ? [key, ...expandRange(key)] : [key];
}

/** Keys and texts, and the words in them: `vs0/app` speaks of vs0, `tor-a Ethernet1/1` of tor-a. */
function wordsOf(body: unknown, words = new Set<string>()): Set<string> {
  if (typeof body === "string") {
    for (const word of [body, ...body.split(/[/\s]/)]) for (const name of namesOf(word)) words.add(name);
  } else if (Array.isArray(body)) for (const item of body) wordsOf(item, words);
  else if (isRecord(body)) for (const pair of Object.entries(body)) wordsOf(pair, words);
  return words;
}

/** The things that are wrong, and those that name one of them, and so on. */
function reach(things: readonly Thing[], wrong: ReadonlySet<string>): Set<string> {
  const naming = new Map<string, Thing[]>();
  for (const thing of things) for (const word of thing.words) listAt(naming, word).push(thing);
  const partsOf = new Map<string, Thing[]>();
  for (const thing of things) if (thing.host) listAt(partsOf, thing.host.id).push(thing);
  const reached = new Set(wrong);
  const open = things.filter(({ id }) => wrong.has(id));
  for (let thing = open.pop(); thing; thing = open.pop()) {
    const { host, names } = thing;
    const named = names.flatMap((name) => naming.get(name) ?? []);
    // Every host may have a vs0: meant is that of the same host, or of one that is named beside it.
    const isMeant = ({ host: other, words }: Thing) => other === host || host?.names.some((name) => words.has(name));
    const dependents = host ? named.filter(isMeant) : [...named, ...(partsOf.get(thing.id) ?? [])];
    for (const next of dependents) {
      if (reached.has(next.id)) continue;
      reached.add(next.id);
      open.push(next);
    }
  }
  // What is found of a host as a whole may be one of its parts.
  for (const { id, host } of things) if (host && reached.has(id)) reached.add(host.id);
  return reached;
}

function listAt(lists: Map<string, Thing[]>, key: string): Thing[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
