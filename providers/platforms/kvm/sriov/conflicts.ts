// Why the virtual functions of a host can't be made as the file says: all reasons at once, each with what to do. Pure.
import type { FunctionFacts, NicFacts, SriovFacts } from "./facts.js";
import { nicOf, nicsOfKind } from "./fromFacts.js";
import type { FunctionWords, PortWords, SriovWords } from "./words.js";

export function sriovConflicts(desired: SriovWords, actual: SriovWords, facts: SriovFacts): string[] {
  const wanted = Object.entries(desired.ports);
  return [
    ...wanted.flatMap(([name, port]) => portConflicts(name, port, facts)),
    ...sameCard(desired, facts),
    ...Object.entries(actual.ports)
      .filter(([name]) => !Object.hasOwn(desired.ports, name))
      .flatMap(([name, port]) => countConflicts(name, { wanted: 0, nic: nicOf(facts, name, port) })),
    ...iommuConflicts(desired, facts),
  ];
}

function portConflicts(name: string, port: PortWords, facts: SriovFacts): string[] {
  const nic = nicOf(facts, name, port);
  if (!nic) return [missing(name, port, facts)];
  if (port.pci !== null && nic.pci !== port.pci) return [otherDevice(name, port.pci, { nic, facts })];
  return [
    ...limitConflicts(name, port, nic),
    ...countConflicts(name, { wanted: port.sriov_numvfs, nic }),
    ...(port.sriov_numvfs === nic.numvfs ? functionConflicts(name, port, nic) : []),
    ...mtuConflicts(name, port, nic),
    ...rateConflicts(name, port, nic),
  ];
}

function missing(name: string, port: PortWords, { nics }: SriovFacts): string {
  const shown = (some: readonly NicFacts[]) =>
    some.map((nic) => `${nic.name} (${nic.pci}, ${nic.vendor}:${nic.device})`).join(", ");
  if (port.vendor === null)
    return `the host has no network card ${name}. It has ${shown(nics) || "none on the PCI bus"}. Correct the uplink's name`;
  const kind = port.device === null ? `vendor ${port.vendor}` : `kind ${port.vendor}:${port.device}`;
  const found = nicsOfKind(nics, port);
  if (found.length > 1)
    return `uplink ${name} is found by its kind, and ${found.length} network cards with SR-IOV are of ${kind}: ${shown(found)} [SR-19]. Name the uplink as the host does, with its PCI address (pci), in place of match`;
  return `no network card with SR-IOV is of ${kind}, as uplink ${name} has to be. The host has ${shown(nics) || "none on the PCI bus"}. Correct match`;
}

function otherDevice(
  name: string,
  pci: string,
  { nic, facts }: { readonly nic: NicFacts; readonly facts: SriovFacts },
): string {
  const other = facts.nics.find((candidate) => candidate.pci === pci);
  const there = other ? `the host calls that one ${other.name}` : "no network card has that address";
  return `network card ${name} is PCI device ${nic.pci}, and the file says ${pci}: ${there}. Correct pci or the uplink's name`;
}

/** Two uplinks of the file may lead to one card, by name and by kind. */
function sameCard({ ports }: SriovWords, facts: SriovFacts): string[] {
  const holders = new Map<string, string>();
  return Object.entries(ports).flatMap(([name, port]) => {
    const nic = nicOf(facts, name, port);
    if (!nic) return [];
    const first = holders.get(nic.pci);
    if (first === undefined) holders.set(nic.pci, name);
    return first === undefined
      ? []
      : [
          `uplinks ${first} and ${name} are the same network card, ${nic.name} (${nic.pci}). Remove sriov from one of the two`,
        ];
  });
}

const FIRMWARE =
  "Turn SR-IOV on in the BIOS or UEFI of the host, and in the firmware of the card (NVIDIA: mlxconfig -d <address> set SRIOV_EN=1 NUM_OF_VFS=<n>; Broadcom and Intel: the device settings of the BIOS), then restart the host [SR-17]";

function limitConflicts(name: string, { sriov_numvfs: wanted }: PortWords, nic: NicFacts): string[] {
  if (wanted === 0) return [];
  const who = `network card ${name} (${nic.pci}, driver ${nic.driver ?? "none"})`;
  if (nic.totalvfs === null)
    return [`${who} shows no SR-IOV, and ${wanted} virtual functions are wanted. ${FIRMWARE}; or use another card`];
  if (nic.totalvfs === 0)
    return [`${who} can do SR-IOV and is set to 0 virtual functions, and ${wanted} are wanted. ${FIRMWARE}`];
  if (wanted <= nic.totalvfs) return [];
  return [
    `${who} has at most ${nic.totalvfs} virtual functions, and ${wanted} are wanted [SR-01]. Set numVfs to ${nic.totalvfs} or less; some cards have more when their firmware is told so (NVIDIA: mlxconfig -d ${nic.pci} set NUM_OF_VFS=${wanted}, then a restart)`,
  ];
}

/** The count only changes by way of 0, which takes all functions away. */
function countConflicts(
  name: string,
  { wanted, nic }: { readonly wanted: number; readonly nic: NicFacts | undefined },
): string[] {
  if (!nic || nic.numvfs === wanted) return [];
  const used = nic.functions.flatMap((each) => (each.user === null ? [] : [`${each.user} has ${nameOf(each)}`]));
  if (used.length === 0) return [];
  return [
    `${name} has ${nic.numvfs} virtual functions, and a change to ${wanted} takes all of them away [SR-10]: ${used.join(", ")}. Shut these down first, or leave numVfs at ${nic.numvfs}`,
  ];
}

function nameOf({ index, pci }: FunctionFacts): string {
  return `virtual function ${index} (${pci})`;
}

/** What can't be changed while somebody has the function. */
function functionConflicts(name: string, port: PortWords, nic: NicFacts): string[] {
  return nic.functions.flatMap((each) => {
    const wanted = port.functions[String(each.index)];
    if (!wanted || each.user === null) return [];
    const what = `${nameOf(each)} of ${name}`;
    if (wanted.mac !== null && each.info?.address !== undefined && wanted.mac !== each.info.address)
      return [
        `${each.user} has ${what} with MAC address ${each.info.address}, and ${wanted.mac} is wanted: its driver only notices when it begins anew. Shut it down first`,
      ];
    // The other way round it is left alone: whoever has it with vfio gives it back in the end, as libvirt does.
    const moves = wanted.driver === "vfio" && each.driver !== "vfio-pci";
    return moves
      ? [`${each.user} has ${what}, and another driver is wanted for it (${wanted.driver}). Take it away there first`]
      : [];
  });
}

function mtuConflicts(name: string, port: PortWords, nic: NicFacts): string[] {
  const largest = Math.max(port.mtu ?? 0, ...Object.values(port.functions).map(({ mtu }) => mtu ?? 0));
  if (nic.maxMtu === undefined || largest <= nic.maxMtu) return [];
  return [
    `network card ${name} (${nic.pci}) takes packets of at most ${nic.maxMtu} bytes, and ${largest} are wanted. Lower the mtu of the network or of the virtual functions, or use another card`,
  ];
}

/** A card without a link has no speed. */
function rateConflicts(name: string, port: PortWords, { speed }: NicFacts): string[] {
  if (speed === undefined) return [];
  const over = Object.entries(port.functions).filter(([, each]) => limitOf(each) > speed);
  const [first] = over;
  if (!first) return [];
  return [
    `virtual function ${over.map(([index]) => index).join(", ")} of ${name} may send ${limitOf(first[1])} Mbit/s, and the card has a link of ${speed} [SR-08]. Lower maxRateMegabits and minRateMegabits`,
  ];
}

function limitOf({ max_tx_rate, min_tx_rate }: FunctionWords): number {
  return Math.max(max_tx_rate ?? 0, min_tx_rate ?? 0);
}

/** A VM that has one, and whoever wants vfio. */
function iommuConflicts({ ports }: SriovWords, { hasIommu, cmdline }: SriovFacts): string[] {
  const users = Object.entries(ports).flatMap(([name, { functions }]) =>
    Object.entries(functions).flatMap(([index, { driver, user }]) =>
      driver === "vfio" || user !== null ? [`${index} of ${name} (${user ? `VM ${user.vm}` : "driver vfio"})`] : [],
    ),
  );
  if (users.length === 0 || hasIommu) return [];
  const what = "the host has no IOMMU, which VMs and vfio need for virtual functions [SR-20]";
  return [`${what}: ${users.join(", ")}. ${iommuRemedy(cmdline)}`];
}

function iommuRemedy(cmdline: string): string {
  const isAsked = /\b(?:intel|amd)_iommu=on\b/.test(cmdline);
  if (isAsked)
    return "The kernel was asked for it and has found none: turn on VT-d (Intel) or AMD-Vi, also called IOMMU, in the BIOS or UEFI, then restart the host";
  return "Add intel_iommu=on iommu=pt (AMD: iommu=pt) to the kernel's arguments (Debian: GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub), turn on VT-d or AMD-Vi in the BIOS or UEFI, and restart the host";
}
