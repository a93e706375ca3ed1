// cloud-init's part in a Linux guest: the seed of its data source NoCloud, which says the network of the first start and puts our own files in
// place for every other one. Source: cloud-init's documentation and code, release 22.4. Pure.
import { portDevice } from "../../../model/guestDevice.js";
import type { Guest } from "../../../model/virtualMachine.js";
import type { SeedFile } from "../../driver.js";
import type { Heading } from "../../heading.js";
import type { Filled, TextSection } from "../../layer.js";
import { withoutInherited } from "../../linux/sorted.js";
import type { LinuxWords, RendererName } from "../../linux/words.js";
import { toGuestWords } from "../toWords.js";
import { handOver } from "./handOver.js";
import { networkConfig } from "./networkConfig.js";

/** After those of distributions: of two files that speak of the network the later one counts. */
const DISABLED = "/etc/cloud/cloud.cfg.d/99-multiport-network.cfg";

interface Given {
  /** That `up` would put into the guest. */
  readonly files: readonly TextSection[];
  readonly heading: Heading;
}

/** Nothing where no seed is wanted. */
export function cloudInitSeed(guest: Guest, given: Given): SeedFile[] {
  if (guest.cloudInit === undefined) return [];
  const { renderer, hostname = null } = guest.cloudInit;
  const texts = seedTexts({ renderer, hostname, network: toGuestWords(guest), macs: macsOf(guest) }, given);
  return Object.entries(texts).map(([name, text]) => ({ path: `cloud-init/${name}`, ...text }));
}

/** What a seed is made of. */
export interface Seed {
  readonly renderer: RendererName;
  readonly hostname: string | null;
  readonly network: LinuxWords;
  /** By the names of NICs: cloud-init finds one by nothing else. */
  readonly macs: Readonly<Record<string, string>>;
}

export function macsOf({ ports }: Guest): Readonly<Record<string, string>> {
  return Object.fromEntries(ports.flatMap((port) => (port.mac === undefined ? [] : [[portDevice(port), port.mac]])));
}

/** The files of NoCloud, by name. */
export function seedTexts({ renderer, hostname, network, macs }: Seed, { files, heading }: Given) {
  const words = withoutInherited(network);
  return {
    "meta-data": filled("meta-data", { ...heading, instance: instanceOf(heading), hostname }),
    "network-config": networkConfig(renderer, words, { macs, heading }),
    "user-data": filled("user-data", {
      ...heading,
      files: [toFile(disabled(heading)), ...files.map(toFile)],
      handOver: handOver(renderer, words, { paths: files.flatMap(({ path }) => path ?? []), heading }),
    }),
  } satisfies Record<string, Filled>;
}

function filled(name: string, data: object): Filled {
  return { template: `linuxGuest/cloudInit/${name}`, data };
}

/** cloud-init takes another one for another machine, and begins anew; so it never changes with what the file says. */
function instanceOf({ environment, machine }: Heading): string {
  return `multiport-${environment}-${machine}`;
}

function disabled(heading: Heading): TextSection {
  return { target: DISABLED, path: DISABLED, template: "linuxGuest/cloudInit/disabled.cfg", data: heading };
}

function toFile({ path, mode = "0644", template, data }: TextSection): object {
  return { path, mode, content: { template, data } };
}
