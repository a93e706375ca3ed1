// What a change of virtual functions takes on the host, the way back, and what does not work yet. Pure.
import { type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { asBefore, withoutFunctions, withoutLeftOvers } from "./byHand.js";
import { sriovConflicts } from "./conflicts.js";
import type { FunctionFacts, NicFacts, SriovFacts } from "./facts.js";
import { nicOf } from "./fromFacts.js";
import type { PortWords, SriovWords } from "./words.js";

export function planSriov(desired: SriovWords, { actual, facts }: Now<SriovWords, SriovFacts>): LayerPlan {
  const conflicts = sriovConflicts(desired, actual, facts);
  if (conflicts.length > 0) return { ...NOTHING_TO_DO, conflicts };
  const isWanted = Object.keys(desired.ports).length > 0;
  const isThere = Object.keys(actual.ports).length > 0 || actual.unit === "enabled";
  if (!isWanted && !isThere) return NOTHING_TO_DO;
  const script = (name: string, data: object = {}) => ({ template: `kvm/sriov/${name}.sh`, data });
  return {
    conflicts: [],
    notes: Object.entries(desired.ports).flatMap(([name, port]) => notesOf(name, port, nicOf(facts, name, port))),
    check: isWanted ? [script("check")] : [],
    before: isWanted ? [] : [script("stop")],
    after: [
      ...withoutFunctions(desired, actual, facts),
      ...(isWanted ? [script("start")] : [script("gone")]),
      ...withoutLeftOvers(desired, actual, facts),
    ],
    revertBefore: [],
    revertAfter: [...asBefore(desired, actual, facts), script("return", { wasEnabled: facts.unit === "enabled" })],
  };
}

function notesOf(name: string, port: PortWords, nic: NicFacts | undefined): string[] {
  if (!nic) return [];
  const waiting = nic.functions.filter(({ index }) => index >= port.sriov_numvfs).flatMap((each) => each.waiting);
  return [
    ...(nic.hasCarrier || port.sriov_numvfs === 0
      ? []
      : [`${name} has no link: its virtual functions have none either (linkState: enable changes that between VMs)`]),
    ...(waiting.length > 0
      ? [`${[...new Set(waiting)].join(", ")}: defined with a virtual function of ${name} that will not be there`]
      : []),
  ];
}

export function unhealthySriov(desired: SriovWords, facts: SriovFacts): string[] {
  return Object.entries(desired.ports).flatMap(([name, port]) => {
    const nic = nicOf(facts, name, port);
    return (nic?.functions ?? []).flatMap((each) => unhealthyFunction(name, port, each));
  });
}

function unhealthyFunction(name: string, port: PortWords, each: FunctionFacts): string[] {
  const wanted = port.functions[String(each.index)];
  if (!wanted) return [];
  const what = `virtual function ${each.index} of ${name} (${each.pci})`;
  if (each.driver === null)
    return [
      `${what} has no driver. Look at dmesg, and whether the driver of its maker is installed (modinfo igbvf, iavf, mlx5_core)`,
    ];
  const { address } = each;
  if (wanted.mac === null || wanted.mac === each.info?.address || each.user !== null)
    return differing(what, wanted.mac, { address, each });
  return [
    `${what} has MAC address ${each.info?.address ?? "none"} on the card, and ${wanted.mac} is wanted. Look at dmesg`,
  ];
}

interface Seen {
  readonly address: string | undefined;
  readonly each: FunctionFacts;
}

/** A driver that was not begun anew after a new MAC address receives nothing. */
function differing(what: string, mac: string | null, { address, each }: Seen): string[] {
  if (mac === null || address === undefined || address === mac || each.user !== null) return [];
  return [
    `${what}: its device ${each.netdev ?? ""} has MAC address ${address} and the card ${mac}, so it receives nothing. Unbind it from its driver and bind it again`,
  ];
}
