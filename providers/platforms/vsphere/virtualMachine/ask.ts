// What vCenter is asked about a VM, question by question, and what its answers say. Pure.
import type { ObjectContent, PropertyQuery, Ref, VimTree } from "../../../model/vim.js";
import { inventoryWays, singleton } from "../inventoryQuery.js";
import type { Answer, Question } from "../vcenterDriver.js";
import { readFields, vimList, vimRef } from "../vimFields.js";
import type { VmFacts } from "./facts.js";
import { type FoundVm, onlyVm, refuseSeveral } from "./findVm.js";
import { toVmFacts } from "./readVm.js";
import type { Asking, VmTarget, VmWords } from "./words.js";

type Asked<T> = Generator<Question, T, Answer>;

const HOST_PROPERTIES = [
  "name",
  "vm",
  "config.network.pnic",
  "config.network.portgroup",
  "config.pciPassthruInfo",
] as const;
const VM_PROPERTIES = [
  "name",
  "runtime.powerState",
  "runtime.host",
  "config.changeVersion",
  "config.template",
  "config.hardware.device",
  "config.extraConfig",
  "config.memoryReservationLockedToMax",
  "config.memoryAllocation",
  "guest.toolsRunningStatus",
  "guest.guestState",
  "environmentBrowser",
] as const;
const NEIGHBOUR_PROPERTIES = ["name", "runtime.powerState", "config.hardware.device"] as const;

/** The next question, from the answers so far. */
export function ask(at: Asking, answers: readonly Answer[]): Question | undefined {
  const { next } = replay(at, answers);
  return next;
}

/** What the answers say; undefined: there is no such VM. */
export function toFacts(at: Asking, answers: readonly Answer[]): VmFacts | undefined {
  return replay(at, answers).facts;
}

function replay(at: Asking, answers: readonly Answer[]): { next?: Question; facts?: VmFacts } {
  const conversation = about(at);
  let turn = conversation.next();
  for (const answer of answers) {
    if (turn.done) break;
    turn = conversation.next(answer);
  }
  if (!turn.done) return { next: turn.value };
  return turn.value === undefined ? {} : { facts: turn.value };
}

function* about(at: Asking): Asked<VmFacts | undefined> {
  const found = yield* locate(at);
  if (!found) return undefined;
  const { vm, host } = found;
  const [needsDevices, needsSystemIds] = [needsHostDevices(at.scope), Object.keys(at.scope.passthrough).length > 0];
  const surroundings = yield* query(hostQuery(host));
  const neighbours = needsDevices ? yield* query(neighbourQuery(host)) : [];
  const [self] = yield* query({ properties: { VirtualMachine: VM_PROPERTIES }, from: [vm] });
  if (!self) return undefined;
  const browser = self.properties.environmentBrowser as Ref | undefined;
  const configTarget =
    needsSystemIds && browser
      ? yield* call({ object: browser, method: "QueryConfigTarget", arguments: { host } })
      : undefined;
  const facts = toVmFacts(at, { vm: self, host, surroundings, neighbours, configTarget });
  if (!facts.marks.poweredOff || facts.power === "poweredOff") return facts;
  const clock = { type: "ServiceInstance", value: "ServiceInstance" };
  const now = yield* call({ object: clock, method: "CurrentTime", arguments: {} });
  return { ...facts, now: Date.parse(String(now)) };
}

/** The VM, on the host where it should be or, for the message, where else it is. */
function* locate({ target, about }: Asking): Asked<FoundVm | undefined> {
  const from = [singleton(about.content, "rootFolder")];
  const hosts = yield* query({
    properties: { HostSystem: ["name", "vm"] },
    from,
    along: inventoryWays({ hosts: true }),
  });
  const host = hosts.find(({ properties }) => properties.name === target.host);
  if (host) {
    const names = yield* query({
      properties: { VirtualMachine: ["name"] },
      from: readFields(vimList(vimRef("VirtualMachine")), host.properties.vm, `${target.host}.vm`),
    });
    const onHost = names.filter((vm) => isIt(target, vm));
    const [only] = onHost;
    if (only && onHost.length === 1) return { vm: only.object, host: host.object };
  }
  const all = yield* query({
    properties: { VirtualMachine: ["name", "runtime.host"] },
    from,
    along: inventoryWays({ vms: true }),
  });
  const named = all.filter((vm) => isIt(target, vm));
  return named.length < 2 ? onlyVm(named) : refuseSeveral(target, { hosts, named, above: yield* query(above(named)) });
}

/** The folders and datacenters that VMs are in. */
function above(vms: readonly ObjectContent[]): PropertyQuery {
  return {
    properties: { ManagedEntity: ["name", "parent"] },
    from: vms.map(({ object }) => object),
    along: [{ name: "up", type: "ManagedEntity", path: "parent", along: ["up"] }],
  };
}

function isIt({ id, name }: VmTarget, { object, properties }: ObjectContent): boolean {
  return id === undefined ? properties.name === name : object.value === id;
}

function needsHostDevices({ cards, passthrough }: VmWords): boolean {
  return Object.keys(passthrough).length > 0 || Object.values(cards).some(({ type }) => type === "sriov");
}

function hostQuery(host: Ref) {
  return {
    properties: {
      HostSystem: HOST_PROPERTIES,
      DistributedVirtualPortgroup: ["name", "key", "config.distributedVirtualSwitch", "config.uplink"],
      DistributedVirtualSwitch: ["name", "uuid"],
    },
    from: [host],
    along: [
      {
        type: "HostSystem",
        path: "network",
        along: [{ type: "DistributedVirtualPortgroup", path: "config.distributedVirtualSwitch" }],
      },
    ],
  };
}

function neighbourQuery(host: Ref) {
  return {
    properties: { VirtualMachine: NEIGHBOUR_PROPERTIES },
    from: [host],
    along: [{ type: "HostSystem", path: "vm" }],
    isFromSkipped: true,
  };
}

function* query(question: Extract<Question, { query: unknown }>["query"]): Asked<readonly ObjectContent[]> {
  if (question.from.length === 0) return [];
  return (yield { query: question }) as readonly ObjectContent[];
}

function* call(question: Extract<Question, { call: unknown }>["call"]): Asked<VimTree | undefined> {
  return (yield { call: question }) as VimTree | undefined;
}
