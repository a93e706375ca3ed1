// Every PowerShell script that is rendered: parsed, each call of it bound to one parameter set of the reference; and broken in every
// way that a line offers, each of which has to be found.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { checkScript } from "../../../lab/windows/language/check.js";
import { runPowerShell } from "../../../lab/windows/language/process.js";
import { planChange } from "../../../providers/engine/changePlan.js";
import { factsScript, readMachineFacts } from "../../../providers/engine/machineFacts.js";
import { machineScript } from "../../../providers/engine/machineScript.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { hyperv } from "../../../providers/platforms/hyperv/index.js";
import { modelOf } from "../../model/given.js";
import { Caller } from "./host/caller.js";
import { encode } from "./language/machine.js";

const GOLDEN = join(__dirname, "..", "..", "golden");
const golden = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ps1"));

/** What is sent for a case of the golden set to a host that has its NICs and VMs, and nothing else of it. */
async function sentFor(name: string): Promise<Record<string, string>> {
  const spec = readFileSync(join(GOLDEN, "hyperv", name, "spec.yaml"), "utf8");
  const environment = modelOf(spec);
  const [host] = environment.hypervHosts;
  if (!host) throw new Error(`${name} has no Hyper-V host`);
  const words = toMachineWords(hyperv, host, "golden");
  const names = [...new Set(JSON.stringify(words).match(/"(?:SLOT|Ethernet|NIC)[^"]*"/g) ?? [])].map(
    (text) => JSON.parse(text) as string,
  );
  const scenario: Partial<Scenario> = {
    nics: names.map((nic, at) => ({ name: nic, mac: `B4969100000${at}` })),
    vms: environment.virtualMachines.map((vm) => ({ name: vm.name })),
    management: { address: "192.0.2.11" },
  };
  const { machine } = new Caller(scenario, runPowerShell);
  const facts = factsScript(hyperv, "golden");
  const ended = await machine.start(["-NoProfile", "-NonInteractive", "-EncodedCommand", encode(facts)], "").ended;
  if (ended?.exitCode !== 0) throw new Error(ended?.stderr ?? "killed");
  const heading = { machine: host.name, environment: "golden" };
  const plan = planChange(
    hyperv,
    { id: "7", seconds: 30, heading, words },
    readMachineFacts(hyperv.layers, ended.stdout),
  );
  const confirm = { id: "7", environment: "golden", applied: "{}", isEmpty: false };
  return {
    facts,
    change: plan.script,
    confirm: machineScript("powershell", "confirm", confirm),
    record: machineScript("powershell", "record", confirm),
    refuse: machineScript("powershell", "refuse", { id: "7", reason: "it's so" }),
  };
}

const scripts = new Map<string, string>(golden.map((name) => [name, readFileSync(join(GOLDEN, name), "utf8")]));
beforeAll(async () => {
  for (const name of readdirSync(join(GOLDEN, "hyperv"))) {
    for (const [script, text] of Object.entries(await sentFor(name))) scripts.set(`${name}/${script}`, text);
  }
});

it("there is something to check", () => {
  expect(golden.length).toBeGreaterThan(3);
  expect(scripts.get("set/change")).toContain("New-VMSwitch @options");
});

it("every script binds, on every release", async () => {
  const found: string[] = [];
  for (const [name, text] of scripts) {
    for (const release of [2016, 2025]) {
      for (const { line, reason, text: what } of await checkScript(text, { release }))
        found.push(`${name}:${line}: ${what}: ${reason}`);
    }
  }
  expect([...new Set(found)]).toEqual([]);
});

describe("what is broken is found", () => {
  const breakings: [what: string, pattern: RegExp, by: (found: string) => string][] = [
    [
      "a parameter that is not there",
      /(?<=\s)-(?!and\b|or\b|not\b|eq\b|ne\b|lt\b|le\b|gt\b|ge\b|contains\b|notcontains\b|join\b|f\b)[A-Z]\w+(?=[ :])/g,
      (found) => `${found}Q`,
    ],
    ["a key that is no parameter", /(?<=^ {4,8})[A-Z]\w+(?= += )/gm, (found) => `${found}Q`],
    [
      "a cmdlet that is not there",
      /\b(?:Get|Set|New|Add|Remove|Connect|Disconnect|Register|Unregister|Start)-[A-Z]\w+/g,
      (found) => `${found}x`,
    ],
    ["a brace that is not closed", /\}$/gm, () => ""],
    ["a string that is not closed", /'(?=\)?$)/gm, () => ""],
  ];

  it.each(breakings)("%s", async (_what, pattern, by) => {
    let tried = 0;
    const missed: string[] = [];
    const lines = new Set<string>();
    // Each line in the shortest script that has it.
    const shortest = [...scripts].sort(([, a], [, b]) => a.length - b.length);
    for (const [name, text] of shortest) {
      // The scripts that another one writes are literals in it, whose quotes are doubled: they are checked by themselves.
      if (/\/(change|facts)$/.test(name)) continue;
      for (const match of text.matchAll(pattern)) {
        // Lines that come again, for another switch, adapter or host, say nothing new.
        const line = `${text.slice(text.lastIndexOf("\n", match.index) + 1, match.index)}|${match[0]}`.replace(
          /'[^']*'/g,
          "''",
        );
        if (lines.has(line)) continue;
        lines.add(line);
        const broken = text.slice(0, match.index) + by(match[0]) + text.slice(match.index + match[0].length);
        tried += 1;
        if ((await checkScript(broken)).length === 0) missed.push(`${name}: ${match[0]} at ${match.index}`);
      }
    }
    expect(tried).toBeGreaterThan(10);
    expect(missed).toEqual([]);
  });
});
