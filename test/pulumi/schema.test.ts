// What the components hand to the vSphere provider, held against its schema: every input, every argument of a look-up, and every setting
// that is left to us. The installed SDK is always there; the schema of another release when MULTIPORT_VSPHERE_SCHEMA names its file.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Environment } from "../../providers/environment.js";
import { PORT_GROUP_EXISTENCE, SWITCH_EXISTENCE } from "../../providers/vsphere/existence.js";
import { called, type Registered, registered } from "./program.js";

/** A type of Pulumi's schema, as far as it matters here. */
interface Type {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Type;
  readonly oneOf?: readonly Type[];
  readonly properties?: Readonly<Record<string, Type>>;
}

interface Schema {
  readonly version?: string;
  readonly resources: Readonly<Record<string, { readonly inputProperties: Readonly<Record<string, Type>> }>>;
  readonly functions: Readonly<Record<string, { readonly inputs?: Type; readonly outputs?: Type }>>;
  readonly types: Readonly<Record<string, Type>>;
}

const file = process.env.MULTIPORT_VSPHERE_SCHEMA;
const schema = file === undefined ? undefined : (JSON.parse(readFileSync(file, "utf8")) as Schema);
if (!schema)
  console.log(
    "SKIPPED: the schema of the vSphere provider. Set MULTIPORT_VSPHERE_SCHEMA to a file that pulumi package get-schema vsphere wrote.",
  );

const SWITCH = "vsphere:index/distributedVirtualSwitch:DistributedVirtualSwitch";
const PORT_GROUP = "vsphere:index/distributedPortGroup:DistributedPortGroup";

/** Everything that the provider is asked for: a switch of a certain version, both bindings, and a VM that is made with all there is. */
const spec = `
environment: t
networks:
  app: { vlan: 10 }
  bus: { vlan: 20 }
vcenter: { datacenter: dc1 }
hosts:
  esx-01:
    platform: vsphere
    uplinks: { vmnic0: , vmnic2: , vmnic3: , vmnic4: { sriov: { numVfs: 8 } } }
    virtualSwitches:
      vSwitch1: { uplinkTeam: { members: [vmnic0] }, portGroups: [bus] }
distributedSwitches:
  dvs0:
    datacenter: dc1
    version: 8.0.0
    hosts: [esx-01]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    portGroups: { app: {}, late: { network: app, binding: ephemeral } }
vms:
  db-01:
    host: esx-01
    ports: { app0: { portGroup: dvs0/app }, sto0: { portGroup: dvs0/app, vf: vmnic4 } }
    vsphere:
      create: { memoryMegabytes: 4096, datastore: ssd, resourcePool: gold, folder: db, diskGigabytes: [20, 200] }
  web-01:
    host: esx-01
    ports: { bus0: { portGroup: vSwitch1/bus } }
    vsphere: { create: { memoryMegabytes: 4096, datastore: ssd } }
`;

let resources: readonly Registered[];

beforeAll(async () => {
  const { parse } = await import("yaml");
  const all = await registered((parent) => void new Environment("t", { spec: parse(spec) }, { parent }));
  resources = all.filter(({ type }) => type.startsWith("vsphere:"));
});

/** Why a value is none of this type; empty when it is one. */
function misfits(value: unknown, type: Type | undefined, path: string, of: Schema): string[] {
  if (!type) return [`${path}: there is no such property`];
  if (value === undefined) return [];
  if (type.$ref !== undefined) return misfits(value, of.types[type.$ref.replace(/^#\/types\//, "")], path, of);
  if (type.oneOf) return type.oneOf.some((each) => misfits(value, each, path, of).length === 0) ? [] : [`${path}: no`];
  if (Array.isArray(value))
    return type.type === "array"
      ? value.flatMap((item, index) => misfits(item, type.items, `${path}[${index}]`, of))
      : [`${path}: a list, wanted ${type.type}`];
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, item]) => misfits(item, type.properties?.[key], `${path}.${key}`, of));
  const kind = type.type === "integer" ? "number" : type.type;
  return typeof value === kind ? [] : [`${path}: ${JSON.stringify(value)}, wanted ${type.type}`];
}

it("the program asks the provider for all that it can be asked for", () => {
  const types = new Set(resources.map(({ type }) => type));
  expect([...types].sort()).toEqual([PORT_GROUP, SWITCH, "vsphere:index/virtualMachine:VirtualMachine"]);
  const tokens = new Set(called().map(({ token }) => token.replace(/^.*:/, "")));
  expect([...tokens].sort()).toEqual(["getDatacenter", "getDatastore", "getHost", "getNetwork", "getResourcePool"]);
});

describe.skipIf(!schema)("the schema of MULTIPORT_VSPHERE_SCHEMA", () => {
  const given = schema as Schema;

  it("has every input of every resource, with its type", () => {
    expect(resources.length).toBeGreaterThan(3);
    const wrong = resources.flatMap(({ type, inputs }) =>
      misfits(inputs, { properties: given.resources[type]?.inputProperties ?? {} }, type, given),
    );
    expect(wrong).toEqual([]);
  });

  it("has every argument of every look-up, with its type, and the results that are used", () => {
    expect(
      called().flatMap(({ token, inputs }) => misfits(inputs, given.functions[token]?.inputs, token, given)),
    ).toEqual([]);
    for (const { token } of called()) expect(given.functions[token]?.outputs?.properties, token).toHaveProperty("id");
    const host = given.functions["vsphere:index/getHost:getHost"];
    expect(host?.outputs?.properties).toHaveProperty("resourcePoolId");
  });
});

/** What says which object it is, or is no setting of the network. */
const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  [SWITCH]: ["name", "datacenterId", "folder", "tags", "customAttributes"],
  [PORT_GROUP]: ["name", "distributedVirtualSwitchUuid", "tags", "customAttributes", "vpcId", "vpcProjectId"],
};

/** The inputs of a resource as the installed SDK sends them. */
function sdkInputs(type: string): string[] {
  const source = readFileSync(
    require.resolve(type.replace(/^vsphere:index\/(.*):.*$/, "@pulumi/vsphere/$1.js")),
    "utf8",
  );
  return [
    ...new Set([...source.matchAll(/resourceInputs\["(\w+)"\] = (?=args|\(args)/g)].map(([, name = ""]) => name)),
  ];
}

const SOURCES: [string, ((type: string) => string[]) | undefined][] = [
  ["the installed SDK", sdkInputs],
  ["the schema", schema && ((type) => Object.keys(schema.resources[type]?.inputProperties ?? {}))],
];

describe.each(SOURCES)("every setting in %s is left to us", (_, inputsOf) => {
  it.skipIf(!inputsOf).each([
    ["of a distributed switch", SWITCH, SWITCH_EXISTENCE],
    ["of a distributed port group", PORT_GROUP, PORT_GROUP_EXISTENCE],
  ] as const)("%s", (_name, type, { ignoreChanges }) => {
    const settings = inputsOf?.(type) ?? [];
    expect(settings.length).toBeGreaterThan(30);
    const own = IDENTITY[type] ?? [];
    expect(settings.filter((name) => !ignoreChanges.includes(name) && !own.includes(name))).toEqual([]);
  });
});
