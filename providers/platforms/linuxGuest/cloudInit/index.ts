// cloud-init's part in a Linux guest: the seed of its data source NoCloud, which says the network of the first start and puts our own files in
// place for every other one. Source: cloud-init's documentation and code, release 22.4. Pure.
import { portDevice } from "../../../model/guestDevice.js";
import type { Guest } from "../../../model/virtualMachine.js";
import type { SeedFile } from "../../driver.js";
import type { Heading } from "../../heading.js";
import type { TextSection } from "../../layer.js";
import { withoutInherited } from "../../linux/sorted.js";
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
export function cloudInitSeed(guest: Guest, { files, heading }: Given): SeedFile[] {
  if (guest.cloudInit === undefined) return [];
  const words = withoutInherited(toGuestWords(guest));
  return [
    seedFile("meta-data", { ...heading, instance: instanceOf(heading), hostname: guest.cloudInit.hostname ?? null }),
    { path: "cloud-init/network-config", ...networkConfig(guest.renderer, words, { macs: macsOf(guest), heading }) },
    seedFile("user-data", {
      ...heading,
      files: [toFile(disabled(heading)), ...files.map(toFile)],
      handOver: handOver(guest.renderer, words, { paths: files.flatMap(({ path }) => path ?? []), heading }),
    }),
  ];
}

function macsOf({ ports }: Guest): Readonly<Record<string, string>> {
  return Object.fromEntries(ports.flatMap((port) => (port.mac === undefined ? [] : [[portDevice(port), port.mac]])));
}

function seedFile(name: string, data: object): SeedFile {
  return { path: `cloud-init/${name}`, template: `linuxGuest/cloudInit/${name}`, data };
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
