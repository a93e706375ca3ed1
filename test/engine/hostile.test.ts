// Hostile text through every template and a real shell: nothing executes, and every word arrives as it was.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { planChange } from "../../providers/engine/changePlan.js";
import { factsScript, type MachineFacts } from "../../providers/engine/machineFacts.js";
import { machineScript } from "../../providers/engine/machineScript.js";
import { sh, yaml } from "../../providers/engine/quote.js";
import { fillTemplate, templatesFolder } from "../../providers/engine/template.js";
import { DRIVERS } from "../../providers/platforms/index.js";
import { cloudInit } from "../../providers/platforms/kvm/cloudInit/index.js";
import { libvirt } from "../../providers/platforms/kvm/libvirt/index.js";
import { nftables } from "../../providers/platforms/kvm/nftables/index.js";
import { toOvsConfig } from "../../providers/platforms/kvm/openvswitch/view.js";
import { sriov } from "../../providers/platforms/kvm/sriov/index.js";
import { linux } from "../../providers/platforms/linux/index.js";
import { hostile, hostileHeading, hostileOvsWords } from "../arbitrary.js";
import { kernelSays } from "../platforms/linux/kernel.js";
import { changeScript, FolderMachine } from "./folderMachine.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-"));
  // Stands for every program that a script calls: prints its arguments, each ended by a NUL.
  writeFileSync(join(folder, "ovs-vsctl"), `#!/bin/sh\nprintf '%s\\0' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder, "netplan"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script as a host does, in an empty folder with our programs first on PATH; says what the program was told. */
function run(script: string): string[] {
  const { stdout, status, stderr } = spawnSync("sh", ["-s"], {
    input: script,
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  expect(existsSync(join(folder, "PWNED"))).toBe(false);
  return stdout.split("\0").slice(0, -1);
}

const runs = { numRuns: 60 };

describe("quoting", () => {
  it("sh: a real shell reads every text back", () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 20 }), (words) => {
        expect(run(`ovs-vsctl ${words.map(sh).join(" ")}`)).toEqual(words);
      }),
      runs,
    );
  });

  it("yaml: readers of YAML 1.1 and 1.2 read every text back, in block and in flow", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const version of ["1.1", "1.2"] as const) {
          expect(parse(`a: ${yaml(text)}`, { version })).toEqual({ a: text });
          expect(parse(`[${yaml(text)}, {${yaml(text)}: 1}]`, { version })).toEqual([text, { [text]: 1 }]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("yaml: netplan's own reader takes them too", () => {
    const texts = fc.sample(
      hostile.filter((text) => !/\p{Surrogate}/u.test(text)),
      200,
    );
    const document = texts.map((text) => `- ${yaml(text)}\n`).join("");
    const script = "import sys, json, yaml; print(json.dumps(yaml.safe_load(sys.stdin.buffer.read().decode())))";
    const probe = spawnSync("python3", ["-c", "import yaml"]);
    if (probe.status !== 0) return console.log("left out: python3-yaml is not installed, so PyYAML can't be asked");
    expect(JSON.parse(execFileSync("python3", ["-c", script], { input: document, encoding: "utf8" }))).toEqual(texts);
  });
});

const commands = fc.array(fc.array(hostile, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
/** Names of files, as far as a file system has them. */
const fileName = hostile.filter((text) => text !== "" && text !== "." && text !== ".." && isFileName(text));

function isFileName(text: string): boolean {
  // Lone surrogates are no UTF-8: Node would write another name than it reads.
  return !text.includes("/") && !/\p{Surrogate}/u.test(text) && Buffer.byteLength(text) < 200;
}

describe("templates of Open vSwitch", () => {
  it("openvswitch.sh and apply.sh: arguments arrive word by word", () => {
    fc.assert(
      fc.property(hostileOvsWords, hostileHeading, commands, (words, heading, removals) => {
        const config = toOvsConfig(words, heading);
        const expected = [
          "--timeout=30",
          ...removals.flatMap((command) => ["--", ...command]),
          ...["--", "set", "Open_vSwitch", ".", "external_ids:multiport-change=7"],
          ...ovsArguments(config.data as View),
        ];
        const script = fillTemplate("kvm/openvswitch/apply.sh", { removals, config });
        expect(run(`id=7\n${script}`)).toEqual(expected);
        // Alone, as `multiport render` writes it.
        expect(run(fillTemplate(config.template, config.data))).toEqual([
          "--timeout=30",
          ...ovsArguments(config.data as View),
        ]);
      }),
      runs,
    );
  });

  it("revert.sh: arguments arrive word by word, where the change took effect", () => {
    // The sign of the change is what the stand-in prints: its arguments.
    const asked = "--timeout=30--if-existsgetOpen_vSwitch.external_ids:multiport-change";
    fc.assert(
      fc.property(hostileOvsWords, hostileHeading, commands, (words, heading, removals) => {
        const config = toOvsConfig(words, heading);
        const script = fillTemplate("kvm/openvswitch/revert.sh", { removals, config });
        expect(run(`id=another\n${script}`)).toEqual([]);
        expect(run(`id='${asked}'\n${script}`)).toEqual([
          "--timeout=30",
          ...removals.flatMap((command) => ["--", ...command]),
          ...["--", "remove", "Open_vSwitch", ".", "external_ids", "multiport-change"],
          ...ovsArguments(config.data as View),
        ]);
      }),
      runs,
    );
  });
});

describe("templates of a change", () => {
  it("change.sh, apply.sh, confirm.sh, facts.sh: files arrive under their names with their text, words as they were", () => {
    const files = fc.uniqueArray(fc.record({ name: fileName, text: hostile }), {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(files, fileName, hostile, commands, (all, environment, about, removals) => {
        const machine = new FolderMachine();
        try {
          const put = all.slice(1).map(({ name, text }) => ({ path: machine.path(name), text, mode: "0640" }));
          const [gone] = all.slice(0, 1).map(({ name }) => machine.path(name));
          if (gone) writeFileSync(gone, "was here");
          const config = toOvsConfig({ bridges: {} }, { machine: "k", environment });
          const after = [{ template: "kvm/openvswitch/apply.sh", data: { removals, config } }];
          const script = changeScript({ about, environment, puts: put, removes: gone ? [gone] : [], after });
          expect(machine.run(script)).toEqual(expect.objectContaining({ status: 0, stderr: "" }));
          expect(machine.files().sort()).toEqual(put.map(({ path }) => path).sort());
          for (const { path, text } of put) expect(readFileSync(path).equals(Buffer.from(text))).toBe(true);
          const applied = JSON.stringify({ about });
          const confirmation = machineScript("sh", "confirm", { id: "7", environment, applied, isEmpty: false });
          expect(machine.run(confirmation)).toEqual(expect.objectContaining({ status: 0, stderr: "" }));
          const facts = () => machine.run(factsScript({ shell: "sh", layers: [] }, environment));
          const { stdout, stderr } = facts();
          expect(stderr).toBe("");
          expect(JSON.parse(stdout)).toMatchObject({ applied: Buffer.from(applied).toString("base64"), change: null });
          const later = JSON.stringify({ later: about });
          const record = machineScript("sh", "record", { environment, applied: later, isEmpty: false });
          expect(machine.run(record)).toEqual(expect.objectContaining({ status: 0, stderr: "" }));
          expect(JSON.parse(facts().stdout)).toMatchObject({ applied: Buffer.from(later).toString("base64") });
          expect(readdirSync(machine.root).sort()).toEqual(["bin", "etc", "var"]);
        } finally {
          machine.remove();
        }
      }),
      { numRuns: 10 },
    );
  });

  it("refuse.sh and revert.sh: the reason and the files of before arrive as they were", () => {
    fc.assert(
      fc.property(fileName, hostile, fileName, (name, text, environment) => {
        const machine = new FolderMachine();
        try {
          const path = machine.path(name);
          writeFileSync(path, text);
          expect(machine.run(changeScript({ environment, puts: [{ path, text: "new", mode: "0644" }] })).status).toBe(
            0,
          );
          expect(readFileSync(path, "utf8")).toBe("new");
          const refusal = machine.run(machineScript("sh", "refuse", { reason: text }));
          expect(refusal).toEqual(expect.objectContaining({ status: 0, stderr: "" }));
          expect(readFileSync(path).equals(Buffer.from(text))).toBe(true);
          expect(readdirSync(machine.root).sort()).toEqual(["bin", "etc", "var"]);
        } finally {
          machine.remove();
        }
      }),
      { numRuns: 15 },
    );
  });

  it("every script is one for any POSIX shell, on any platform that has one", () => {
    const shells = ["sh", "dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);
    expect(shells).toContain("sh");
    fc.assert(
      fc.property(hostileOvsWords, hostileHeading, (openvswitch, heading) => {
        const words: Record<string, unknown> = { openvswitch };
        for (const driver of DRIVERS.filter(({ shell }) => shell === "sh")) {
          // Layers with hostile text of their own elsewhere have nothing to do here.
          const layers = driver.layers.map(({ name, nothing }) => [name, words[name] ?? nothing]);
          const scripts = [
            factsScript(driver, heading.environment),
            planChange(driver, { id: "7", seconds: 30, heading, words: Object.fromEntries(layers) }, NOTHING).script,
          ];
          for (const [script, shell] of scripts.flatMap((text) => shells.map((name) => [text, name] as const)))
            expect(spawnSync(shell, ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
        }
      }),
      { numRuns: 10 },
    );
  });
});

/** What a machine says that has all programs and nothing else. */
const NOTHING: MachineFacts = {
  layers: {
    openvswitch: { missing: undefined, links: [], bridges: [] },
    libvirt: libvirt.readFacts({ missing: "virsh" }),
    cloudInit: cloudInit.readFacts({ missing: null, domains: "", running: "", saved: "", started: "", made: "" }),
    nftables: nftables.readFacts({ unit: "", links: "", tables: [] }),
    linux: linux.readFacts(kernelSays(linux.nothing, { defaults: "said" })),
    sriov: sriov.readFacts({ cmdline: "", iommuGroups: 0, nics: [], links: [], holders: [], domains: [], unit: null }),
  },
  packageManager: undefined,
  files: {},
  applied: undefined,
  change: undefined,
  isPuttingBack: false,
  last: undefined,
};

it("no template is left out here", () => {
  const files = readdirSync(templatesFolder(), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".hbs"),
  );
  // Without holes to put anything in.
  const whole = ["kvm/openvswitch/facts.sh", "machine/revert-files.service", "machine/revert.service"];
  const filled = [
    "kvm/openvswitch/apply.sh",
    "kvm/openvswitch/openvswitch.sh",
    "kvm/openvswitch/revert.sh",
    "machine/apply.sh",
    "machine/change.sh",
    "machine/confirm.sh",
    "machine/facts.sh",
    "machine/install.sh",
    "machine/record.sh",
    "machine/refuse.sh",
    "machine/revert.sh",
  ];
  // Hostile text of these stands in test/platforms, beside what they refuse; of all PowerShell in test/platforms/hyperv.
  const elsewhere = /^(linux|linuxGuest|kvm\/(cloudInit|libvirt|nftables|sriov))\/|\.ps1\.hbs$/;
  expect(files.filter((file) => !elsewhere.test(file)).sort()).toEqual(
    [...whole, ...filled].map((name) => `${name}.hbs`).sort(),
  );
  for (const name of whole) expect(() => fillTemplate(name, {}), name).not.toThrow();
  for (const name of filled) expect(() => fillTemplate(name, {}), name).toThrow();
});

/** What ovs-vsctl has to be told, from the words, written without the template. */
function ovsArguments(view: View): string[] {
  const mark = `external_ids:multiport=${view.environment}`;
  const vlan = (port: Row) => [
    "set",
    "Port",
    port.name,
    `vlan_mode=${port.vlan_mode}`,
    `tag=${port.tag}`,
    `trunks=${port.trunks}`,
    mark,
  ];
  const mtu = (port: Row, name: string) => ["set", "Interface", name, `mtu_request=${port.mtu_request}`];
  const commands = [
    ...view.bridges.flatMap((bridge) => [
      ["--may-exist", "add-br", bridge.name],
      ["set", "Bridge", bridge.name, `datapath_type=${bridge.datapath_type}`, `fail_mode=${bridge.fail_mode}`, mark],
    ]),
    ...view.bonds.flatMap((port) => [
      ["--may-exist", "add-bond", port.bridge, port.name, ...port.interfaces],
      [
        ...["set", "Port", port.name, `bond_mode=${port.bond_mode}`, `lacp=${port.lacp}`],
        ...[`bond_updelay=${port.bond_updelay}`, `bond_downdelay=${port.bond_downdelay}`],
      ],
      ...port.other_config.map(({ key, value }) => ["set", "Port", port.name, `other_config:${key}=${value}`]),
      vlan(port),
      ...port.interfaces.map((name) => mtu(port, name)),
    ]),
    ...view.ports.flatMap((port) => [
      ["--may-exist", "add-port", port.bridge, port.name],
      vlan(port),
      mtu(port, port.name),
    ]),
    ...view.internal.map((name) => ["set", "Interface", name, "type=internal"]),
    ["init"],
  ];
  return commands.flatMap((command) => ["--", ...command]);
}

interface View {
  readonly environment: string;
  readonly bridges: readonly Row[];
  readonly bonds: readonly Row[];
  readonly ports: readonly Row[];
  readonly internal: readonly string[];
}

interface Row {
  readonly name: string;
  readonly bridge: string;
  readonly interfaces: readonly string[];
  readonly other_config: readonly { key: string; value: string }[];
  readonly [column: string]: unknown;
}
