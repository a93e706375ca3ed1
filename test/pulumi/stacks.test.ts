// The stacks as Pulumi sees them: every resource of demo with parent, type, name and inputs; dev and prod by their counts;
// and of all of them the text that `multiport render` writes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { renderEnvironment } from "../../providers/engine/render.js";
import { providerCode } from "../../providers/engine/resource.js";
import { Environment } from "../../providers/environment.js";
import { type Registered, registered } from "./program.js";

const root = join(__dirname, "../..");
const file = (name: string) => join(root, "stacks", `${name}.yaml`);

const COUNTS: Record<string, Record<string, number>> = {
  demo: {
    "multiport:index:Environment": 1,
    "multiport:vsphere:DistributedSwitch": 1,
    "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": 1,
    "multiport:vsphere:PortGroup": 4,
    "vsphere:index/distributedPortGroup:DistributedPortGroup": 4,
    "pulumi-nodejs:dynamic/vsphere:Switch": 1,
    "pulumi-nodejs:dynamic/vsphere:Host": 2,
    "pulumi-nodejs:dynamic/kvm:Host": 2,
    "pulumi-nodejs:dynamic/hyperv:Host": 1,
    "pulumi-nodejs:dynamic/windows:Guest": 1,
    "pulumi-nodejs:dynamic/linux:Guest": 2,
  },
  dev: {
    "multiport:index:Environment": 1,
    "multiport:vsphere:DistributedSwitch": 1,
    "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": 1,
    "multiport:vsphere:PortGroup": 2,
    "vsphere:index/distributedPortGroup:DistributedPortGroup": 2,
    "pulumi-nodejs:dynamic/vsphere:Switch": 1,
    "pulumi-nodejs:dynamic/kvm:Host": 1,
    "pulumi-nodejs:dynamic/linux:Guest": 1,
  },
  prod: {
    "multiport:index:Environment": 1,
    "multiport:vsphere:DistributedSwitch": 1,
    "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch": 1,
    "multiport:vsphere:PortGroup": 6,
    "vsphere:index/distributedPortGroup:DistributedPortGroup": 6,
    "pulumi-nodejs:dynamic/vsphere:Switch": 1,
    "pulumi-nodejs:dynamic/kvm:Host": 40,
    "pulumi-nodejs:dynamic/linux:Guest": 20,
  },
};

/** The properties that hold a machine's texts, in the order of its layers. */
const TEXTS: Record<string, readonly string[]> = {
  "pulumi-nodejs:dynamic/kvm:Host": ["openvswitch"],
  "pulumi-nodejs:dynamic/hyperv:Host": ["vmswitch", "jumbo", "tcpip"],
  "pulumi-nodejs:dynamic/linux:Guest": ["linux"],
  "pulumi-nodejs:dynamic/windows:Guest": ["tcpip"],
};

/** The sections of a text, each without the line that says where it goes. */
function sectionsOf(text: unknown): string[] {
  const [before, ...sections] = String(text).split(/^==> .* <==\n/m);
  expect(before).toBe("");
  return sections;
}

describe.each(Object.entries(COUNTS))("the stack %s", (name, counts) => {
  let resources: Registered[];
  beforeAll(async () => {
    resources = await registered((parent) => {
      new Environment(name, { file: file(name) }, { parent });
    });
  });

  it("registers exactly these kinds of resources", () => {
    const found: Record<string, number> = {};
    for (const { type } of resources) found[type] = (found[type] ?? 0) + 1;
    expect(found).toEqual(counts);
  });

  it("gives every machine its words, the text that render writes, and nothing else but where it is", () => {
    const { environment } = checkEnvironmentText(readFileSync(file(name), "utf8"), name);
    if (!environment) throw new Error("no model");
    const machines = resources.filter(({ type }) => type in TEXTS);
    const shown = machines.flatMap(({ type, name: machine, inputs }) =>
      (TEXTS[type] ?? []).flatMap((text) => sectionsOf(inputs[text]).map((section) => [machine, section])),
    );
    expect(shown).toEqual([...renderEnvironment(environment)].map(({ machine, text }) => [machine, text]));
    for (const { type, inputs } of machines)
      expect(Object.keys(inputs).sort()).toEqual(
        ["__provider", "configuration", "driverVersion", "environment", ...(TEXTS[type] ?? []), "ssh"].sort(),
      );
  });

  it("names every resource of a type once", () => {
    const names = resources.map(({ type, name: own }) => `${type} ${own}`);
    expect(names).toHaveLength(new Set(names).size);
  });

  it("changes a guest only after the host below it", () => {
    const below = new Map(
      checkEnvironmentText(readFileSync(file(name), "utf8"), name).environment?.virtualMachines.map((vm) => [
        vm.name,
        vm.host,
      ]),
    );
    for (const { type, name: guest, dependsOn } of resources)
      if (type.endsWith(":Guest")) expect(dependsOn).toEqual([below.get(guest)]);
  });
});

it("demo, resource by resource", async () => {
  const resources = await registered((parent) => {
    new Environment("demo", { file: file("demo") }, { parent });
  });
  const shown = resources.map(({ inputs, ...resource }) => {
    const { __provider, ...own } = inputs;
    if (__provider !== undefined)
      expect(["kvm", "hyperv", "linuxGuest", "windows", "esxHost", "vsphereSwitch"].map(providerCode)).toContain(
        __provider,
      );
    // The texts themselves are golden elsewhere, and compared with render above.
    const texts = Object.fromEntries((TEXTS[resource.type] ?? []).map((text) => [text, "(as rendered)"]));
    return { ...resource, inputs: { ...own, ...texts } };
  });
  await expect(stringify(shown, { aliasDuplicateObjects: false })).toMatchFileSnapshot(
    join(root, "test/golden/stacks/demo/resources.yaml"),
  );
});
