// What a change of seeds takes on a KVM host, and the way back. Pure.
import { type Filled, type LayerPlan, NOTHING_TO_DO, type Now } from "../../layer.js";
import { own } from "../../own.js";
import { BUNDLES, type MissingTool } from "../../packages.js";
import type { CloudInitFacts, SeedDomain } from "./facts.js";
import { notesOf } from "./notes.js";
import { type CloudInitWords, DRIVE_ALIAS, imageOf } from "./words.js";

export function planCloudInit(
  desired: CloudInitWords,
  { actual, facts }: Now<CloudInitWords, CloudInitFacts>,
): LayerPlan {
  const waiting = waitingOf(desired, facts);
  const notes = notesOf(desired, facts);
  const leaving = Object.keys(actual.seeds).filter((name) => !Object.hasOwn(desired.seeds, name));
  if (waiting.length === 0 && leaving.length === 0) return { ...NOTHING_TO_DO, notes };
  const places = waiting.map(([name, domain]) => ({ name, place: placeFor(domain) }));
  const conflicts = [...places.flatMap(({ name, place }) => (place ? [] : [noPlace(name)])), ...saved(leaving, facts)];
  if (conflicts.length > 0) return { ...NOTHING_TO_DO, conflicts };
  const given = places.flatMap(({ name, place }) => (place ? [discView(name, place, facts)] : []));
  const taken = leaving.map((name) => discView(name, placeOf(name, facts), facts));
  return {
    ...NOTHING_TO_DO,
    notes,
    check: given.length > 0 ? [script("check", { seeds: given })] : [],
    before: taken.length > 0 ? [script("withdraw", { seeds: taken })] : [],
    after: [
      ...(given.length > 0 ? [script("give", { seeds: given })] : []),
      ...(taken.length > 0 ? [script("gone", { seeds: taken })] : []),
    ],
    // By then the old files are back, where there were any.
    revertAfter: [script("return", { seeds: [...given, ...taken.filter(({ isInserted }) => isInserted)] })],
  };
}

/** A tool is needed for a disc that is to be made. */
export function missingOfCloudInit(desired: CloudInitWords, facts: CloudInitFacts): MissingTool[] {
  if (facts.missing === null || waitingOf(desired, facts).length === 0) return [];
  return [{ tool: facts.missing, ...BUNDLES.xorriso }];
}

/** VMs that are to have a seed, are there and were never started. */
function waitingOf({ seeds }: CloudInitWords, { domains }: CloudInitFacts): [string, SeedDomain][] {
  return Object.keys(seeds).flatMap((name): [string, SeedDomain][] => {
    const domain = own(domains, name);
    return domain && !domain.started ? [[name, domain]] : [];
  });
}

/** Where a drive sits in the VM. */
interface Place {
  readonly device: string;
  readonly bus: string;
  readonly target: string;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

/** What a bus calls its disks. There is no CD-ROM drive on virtio; cloud-init takes a disk that is read-only as well. */
const BUSES: Readonly<Record<string, { readonly device: string; readonly prefix: string; readonly letters: string }>> =
  {
    virtio: { device: "disk", prefix: "vd", letters: ALPHABET },
    sata: { device: "cdrom", prefix: "sd", letters: ALPHABET },
    ide: { device: "cdrom", prefix: "hd", letters: "abcd" },
    scsi: { device: "cdrom", prefix: "sd", letters: ALPHABET },
  };

/**
 * On the bus of the disk that the VM starts from: its driver is the one that a guest has before it looks for others, and cloud-init
 * decides that early whether there is a seed. One that is there keeps its place.
 */
function placeFor({ machine, targets, bus: first, drive }: SeedDomain): Place | undefined {
  const known = [drive?.bus, first, busOfBoard(machine)].find((name) => name && Object.hasOwn(BUSES, name)) ?? "";
  const { device = "cdrom", prefix = "sd", letters = "" } = BUSES[known] ?? {};
  if (drive?.bus === known) return { device, bus: known, target: drive.target };
  const target = [...letters].map((letter) => `${prefix}${letter}`).find((name) => !targets.includes(name));
  return target === undefined ? undefined : { device, bus: known, target };
}

/** For a VM without a disk. */
function busOfBoard(machine: string): string {
  if (/q35/.test(machine)) return "sata";
  return /^pc(-i440fx|$)/.test(machine) ? "ide" : "scsi";
}

function noPlace(name: string): string {
  return `domain ${name} has no place for the CD-ROM drive of its seed: all four of its IDE bus are taken. Take one out (virsh detach-disk ${name} hdd --config), or remove cloudInit from the guest`;
}

/** What such a VM goes on with at its next start has the disc in its drive, and would not start without. */
function saved(leaving: readonly string[], { domains }: CloudInitFacts): string[] {
  return leaving.flatMap((name) => {
    const domain = own(domains, name);
    if (!domain?.saved || !domain.drive) return [];
    return [
      `domain ${name} is saved to disk, with its seed in a drive. Let it go on (virsh start ${name}), or throw what is saved away (virsh managedsave-remove ${name})`,
    ];
  });
}

/** Of a VM that is gone any will do. */
function placeOf(name: string, { domains }: CloudInitFacts): Place {
  const domain = own(domains, name);
  return (domain && placeFor(domain)) ?? { device: "cdrom", bus: "sata", target: "sda" };
}

function discView(name: string, { device, bus, target }: Place, { domains }: CloudInitFacts) {
  const drive = { device, bus, target, image: imageOf(name), alias: DRIVE_ALIAS };
  return {
    name,
    target,
    device,
    drive: { template: "kvm/cloudInit/drive.xml", data: drive },
    isInserted: own(domains, name)?.drive?.image === drive.image,
  };
}

/** With the shell functions that it is made of. */
function script(name: string, data: object): Filled {
  return {
    template: `kvm/cloudInit/${name}.sh`,
    data: { ...data, library: { template: "kvm/cloudInit/disc.sh", data: {} } },
  };
}
