// Seeds of VMs on a KVM host: a disc for the first start of each, from which cloud-init configures its network. The layer. Pure.

import { compare } from "../../../model/change.js";
import type { KvmHost } from "../../../model/host.js";
import type { Heading } from "../../heading.js";
import type { Layer, TextSection } from "../../layer.js";
import { seedTexts } from "../../linuxGuest/cloudInit/index.js";
import { linuxInGuest } from "../../linuxGuest/index.js";
import { line } from "../../phrases.js";
import { type CloudInitFacts, fromCloudInitFacts, readCloudInitFacts } from "./facts.js";
import { missingOfCloudInit, planCloudInit } from "./plan.js";
import { toCloudInitWords } from "./toWords.js";
import { type CloudInitWords, NO_SEEDS, OWN_SEED_FILES, SEED_FILES, seedFile } from "./words.js";

export const cloudInit: Layer<KvmHost, CloudInitWords, CloudInitFacts> = {
  name: "cloudInit",
  extension: "cloud-init.txt",
  nothing: NO_SEEDS,
  outline: ({ seeds }) => line("seeds for VMs", Object.keys(seeds)),
  facts: "kvm/cloudInit/facts.sh",
  ownFiles: OWN_SEED_FILES,
  // What cloud-init loses is told of the guest; what libvirt has no place for, of the VM.
  unsupported: () => [],
  toWords: toCloudInitWords,
  sections,
  readFacts: readCloudInitFacts,
  missing: missingOfCloudInit,
  // libvirt's own layer says why it does not answer.
  unreadable: () => undefined,
  fromFacts: fromCloudInitFacts,
  plan: planCloudInit,
  // A VM that was never started notices nothing.
  compare: (desired, actual) => compare(desired, actual, () => "none"),
  unhealthy: () => [],
};

function sections({ seeds }: CloudInitWords, { environment }: Heading): readonly TextSection[] {
  return Object.entries(seeds).flatMap(([domain, { guest, hostname, renderer, network, macs }]) => {
    const heading = { machine: guest, environment };
    const files = linuxInGuest.sections(network, heading).filter(({ path }) => path !== undefined);
    const texts = seedTexts({ renderer, hostname, network, macs }, { files, heading });
    return SEED_FILES.map((name): TextSection => {
      const path = seedFile(domain, name);
      return { target: path, path, mode: "0600", ...texts[name] };
    });
  });
}
