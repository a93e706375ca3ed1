// Network devices of the kernel on a KVM host: the layer. What writes them at boot is a renderer of the host's choice. Pure.
import type { KvmHost } from "../../model/host.js";
import type { Layer } from "../layer.js";
import { missingOfLinux } from "./conflicts.js";
import { compareLinux } from "./disruption.js";
import { type LinuxFacts, readLinuxFacts } from "./facts.js";
import { fromLinuxFacts } from "./fromFacts.js";
import { unhealthyDevices } from "./health.js";
import { NIC_LINKS, nicLinks } from "./nicNames.js";
import { nothingOf, planLinux } from "./plan.js";
import { RENDERERS } from "./renderers.js";
import { withoutInherited } from "./sorted.js";
import { toLinuxWords } from "./toWords.js";
import { UDEV_RULES, udevRules } from "./udev.js";
import { kernelUnsupported } from "./unsupported.js";
import type { LinuxWords } from "./words.js";

export const linux: Layer<KvmHost, LinuxWords, LinuxFacts> = {
  name: "linux",
  extension: "network.txt",
  nothing: nothingOf(null),
  facts: "linux/facts.sh",
  ownFiles: [UDEV_RULES, NIC_LINKS, ...Object.values(RENDERERS).flatMap(({ ownFiles }) => ownFiles)],
  unsupported: kernelUnsupported,
  toWords: toLinuxWords,
  sections: (given, heading) => {
    const words = withoutInherited(given);
    return words.renderer === null
      ? []
      : [...RENDERERS[words.renderer].files(words, heading), ...udevRules(words, heading), ...nicLinks(words, heading)];
  },
  readFacts: readLinuxFacts,
  missing: missingOfLinux,
  unreadable: () => undefined,
  fromFacts: fromLinuxFacts,
  plan: (desired, now) => planLinux(withoutInherited(desired), { ...now, actual: withoutInherited(now.actual) }),
  compare: compareLinux,
  unhealthy: unhealthyDevices,
};
