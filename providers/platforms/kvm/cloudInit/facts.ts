// What a KVM host says of seeds: the JSON of templates/kvm/cloudInit/facts.sh.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { linux } from "../../linux/index.js";
import { own } from "../../own.js";
import { sortKeys } from "../../sortKeys.js";
import { METADATA } from "../libvirt/words.js";
import { all, attribute, type Element, find, readDocuments } from "../libvirt/xml.js";
import { type CloudInitWords, DRIVE_ALIAS, domainOfFile, imageOf, SEED_FILES, type SeedWords } from "./words.js";

/** The drive of ours in a VM. */
export interface SeedDrive {
  /** What the VM's bus calls it, such as sdb. */
  readonly target: string;
  readonly bus: string;
  /** Its disc; null: empty. */
  readonly image: string | null;
}

export interface SeedDomain {
  readonly running: boolean;
  /** Whether it ever was, as far as the host knows. */
  readonly started: boolean;
  /** Whether its memory is on disk, to go on from there at the next start. */
  readonly saved: boolean;
  /** The environment whose mark it carries. */
  readonly mark: string | null;
  /** Such as pc-q35-7.2. */
  readonly machine: string;
  /** Names of its disks and drives, such as vda. */
  readonly targets: readonly string[];
  /** Bus of its first disk, such as virtio; null: it has none. */
  readonly bus: string | null;
  readonly drive: SeedDrive | null;
}

export interface CloudInitFacts {
  /** What is missing to make a disc. */
  readonly missing: "xorrisofs" | null;
  /** By name; those that stay when they are shut down. */
  readonly domains: Readonly<Record<string, SeedDomain>>;
  /** VMs whose disc has what the files of their seed say. */
  readonly made: readonly string[];
}

const Base64 = z.base64().transform(decode);
const Document = z.object({
  missing: z.enum(["xorrisofs"]).nullable(),
  /** XML of all domains, of which only the part that is read here. */
  domains: Base64,
  /** UUIDs, one a line. */
  running: Base64,
  saved: Base64,
  started: Base64,
  /** Names, one a line. */
  made: Base64,
});

export function readCloudInitFacts(document: unknown): CloudInitFacts {
  const facts = checkFacts(Document, document);
  const [running, saved, started] = [facts.running, facts.saved, facts.started].map((text) => new Set(lines(text)));
  const domains = readDocuments(facts.domains).map((element): [string, SeedDomain] => {
    const uuid = find(element, "uuid")?.text ?? "";
    const [isRunning, isSaved] = [running?.has(uuid) ?? false, saved?.has(uuid) ?? false];
    const isStarted = isRunning || isSaved || (started?.has(uuid) ?? false);
    return [
      find(element, "name")?.text ?? "",
      { running: isRunning, saved: isSaved, started: isStarted, ...readDomain(element) },
    ];
  });
  return { missing: facts.missing, domains: Object.fromEntries(domains), made: lines(facts.made) };
}

function decode(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function readDomain(element: Element): Pick<SeedDomain, "mark" | "machine" | "targets" | "bus" | "drive"> {
  const marks = find(element, "metadata")?.children ?? [];
  const disks = all(element, "disk");
  const ours = disks.find((disk) => attribute(disk, ["alias"], "name") === DRIVE_ALIAS);
  const first = disks.find((disk) => disk !== ours && (disk.attributes.device ?? "disk") === "disk");
  const targetOf = (disk: Element) => attribute(disk, ["target"], "dev") ?? "";
  const busOf = (disk: Element) => attribute(disk, ["target"], "bus");
  return {
    mark: marks.find(({ namespace }) => namespace === METADATA)?.attributes.environment ?? null,
    machine: attribute(element, ["type"], "machine") ?? "",
    targets: disks.map(targetOf),
    bus: first ? busOf(first) : null,
    drive: ours ? { target: targetOf(ours), bus: busOf(ours) ?? "", image: attribute(ours, ["source"], "file") } : null,
  };
}

/** What has files with our heading, or a drive of ours in a domain with our mark. Files themselves are compared as texts. */
export function fromCloudInitFacts(
  facts: CloudInitFacts,
  { environment, known, files }: Scope<CloudInitWords>,
): CloudInitWords {
  const counts = new Map<string, number>();
  for (const domain of Object.keys(files).flatMap((path) => domainOfFile(path) ?? []))
    counts.set(domain, (counts.get(domain) ?? 0) + 1);
  const driven = Object.entries(facts.domains).filter(([, { drive, mark }]) => drive && mark === environment);
  const names = new Set([...counts.keys(), ...driven.map(([name]) => name)]);
  const seeds = [...names].map((name): [string, SeedWords] => {
    const said = known.flatMap(({ seeds: all }) => own(all, name) ?? [])[0] ?? UNKNOWN;
    const isComplete = counts.get(name) === SEED_FILES.length;
    return [name, { ...said, disc: discOf(name, facts, isComplete) }];
  });
  return { seeds: sortKeys(Object.fromEntries(seeds)) };
}

/** Of what only the files know, and nobody else any more. */
const UNKNOWN: Omit<SeedWords, "disc"> = { guest: "", hostname: null, renderer: "netplan", network: linux.nothing };

function discOf(name: string, { domains, made }: CloudInitFacts, isComplete: boolean): string {
  const domain = own(domains, name);
  if (domain?.started) return "inserted";
  if (!domain?.drive) return "none";
  return isComplete && made.includes(name) && domain.drive.image === imageOf(name) ? "inserted" : "outdated";
}
