// The steps on vmkernel ports: after the switches that carry them, except where one has to send smaller packets first. Pure.
import type { VmkernelService } from "../../../model/vmkernelPort.js";
import { describe, differences, worst } from "./describe.js";
import { type HostFacts, isManagement, type VmkernelFacts, vmkernelOn } from "./facts.js";
import type { Known } from "./known.js";
import { isSameAddress } from "./netmask.js";
import { entryOf, missingIn } from "./own.js";
import type { HostStep } from "./steps.js";
import type { HostWords, VmkernelWords } from "./words.js";

export interface VmkernelPlan {
  /** Before the switches: smaller packets, and ports that leave. */
  readonly first: readonly HostStep[];
  readonly last: readonly HostStep[];
  readonly notes: readonly string[];
}

export function planVmkernelPorts(desired: HostWords, actual: HostWords, known: Known | undefined): VmkernelPlan {
  const leaving = missingIn(actual.vmkernelPorts, desired.vmkernelPorts).map(([name, now]) =>
    leave(name, { now, facts: known?.facts }),
  );
  const staying = Object.entries(desired.vmkernelPorts).map(([name, words]) => {
    const now = currentWords(name, { words, actual, known });
    return {
      isSmaller: now !== undefined && words.mtuBytes < now.mtuBytes,
      steps: adjust(name, words, { now, known }),
    };
  });
  return {
    first: [
      ...staying.filter(({ isSmaller }) => isSmaller).flatMap(({ steps }) => steps),
      ...leaving.flatMap(({ steps }) => steps),
    ],
    last: staying.filter(({ isSmaller }) => !isSmaller).flatMap(({ steps }) => steps),
    notes: [...leaving.flatMap(({ notes }) => notes), ...iscsiNotes(desired)],
  };
}

function iscsiNotes({ vmkernelPorts }: HostWords): string[] {
  return Object.entries(vmkernelPorts).flatMap(([name, { iscsi }]) =>
    iscsi
      ? [
          `vmkernel port ${name} has to be bound to the software iSCSI adapter by hand, once: Storage Adapters, Network Port Binding of the host in vCenter`,
        ]
      : [],
  );
}

/** The port as it is: found where it is declared to be, or where the last run had put it. */
function currentWords(
  name: string,
  at: { words: VmkernelWords; actual: HostWords; known: Known | undefined },
): VmkernelWords | undefined {
  const now = entryOf(at.actual.vmkernelPorts, name);
  const before = at.known?.previous && entryOf(at.known.previous.vmkernelPorts, name);
  if (now || !before || !at.known) return now;
  const port = vmkernelOn(at.known.facts, before);
  return port && ({ ...before, ...placeOf(port), address: port.address, mtuBytes: port.mtuBytes } as VmkernelWords);
}

function placeOf({ switch: name, switchKind, portGroup }: Pick<VmkernelFacts, "switch" | "switchKind" | "portGroup">) {
  return { switch: name, switchKind, portGroup };
}

function adjust(
  name: string,
  words: VmkernelWords,
  { now, known }: { now: VmkernelWords | undefined; known: Known | undefined },
): HostStep[] {
  const device = now && known ? deviceOf(known.facts, now) : "";
  if (!now) return [addStep(name, words), ...services(name, words, { device, now: [] })];
  // The stack of a port is that of its making.
  if (words.stack !== now.stack)
    return [
      removeStep(name, { device, why: `, to be made again with the stack ${words.stack}` }),
      addStep(name, words),
    ];
  const { services: _, iscsi: __, ...settings } = words;
  const { services: has, iscsi: ___, ...current } = now;
  const changes = differences(settings, current);
  const isMoved = differences(placeOf(words), placeOf(now)).length > 0;
  const edit: HostStep[] =
    changes.length === 0
      ? []
      : [
          {
            kind: "editVmkernel",
            title: `vmkernel port ${name}: ${describe(changes)}`,
            disruption: worst(changes),
            device,
            port: words,
            isMoved,
          },
        ];
  return [...edit, ...services(name, words, { device, now: has })];
}

function addStep(name: string, words: VmkernelWords): HostStep {
  const { switch: vswitch, portGroup, address, mtuBytes, stack } = words;
  const title = `vmkernel port ${name}: add it on ${vswitch}/${portGroup} with ${address}, MTU ${mtuBytes}, stack ${stack}`;
  return { kind: "addVmkernel", title, disruption: "none", port: words };
}

function removeStep(name: string, { device, why }: { device: string; why: string }): HostStep {
  return { kind: "removeVmkernel", title: `vmkernel port ${name}: remove it${why}`, disruption: "outage", device };
}

function services(
  name: string,
  words: VmkernelWords,
  { device, now }: { device: string; now: readonly string[] },
): HostStep[] {
  const added = words.services.filter((service) => !now.includes(service));
  const removed = now.filter((service) => !words.services.some((each) => each === service));
  return [
    ...added.map((service): HostStep => {
      const title = `vmkernel port ${name}: add service ${service}`;
      return { kind: "selectService", title, disruption: "none", device, service };
    }),
    ...removed.map((service): HostStep => {
      const title = `vmkernel port ${name}: remove service ${service}`;
      return { kind: "deselectService", title, disruption: "brief", device, service: service as VmkernelService };
    }),
  ];
}

function leave(
  name: string,
  { now, facts }: { now: VmkernelWords; facts: HostFacts | undefined },
): { steps: HostStep[]; notes: string[] } {
  if (isManagement(now)) {
    const note = `vmkernel port ${name} stays as it is: vCenter reaches the host through it`;
    return { steps: [], notes: [note] };
  }
  return { steps: [removeStep(name, { device: facts ? deviceOf(facts, now) : "", why: "" })], notes: [] };
}

/** The device of a port whose words came from these facts. */
function deviceOf(facts: HostFacts, words: VmkernelWords): string {
  const port =
    vmkernelOn(facts, words) ?? facts.vmkernelPorts.find(({ address }) => isSameAddress(address, words.address));
  return port?.device ?? "";
}
