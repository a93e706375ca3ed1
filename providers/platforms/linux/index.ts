// Network devices of the kernel, on a KVM host or in a guest: the layer. What writes them at boot is a renderer of the machine's choice. Pure.
import type { KvmHost } from "../../model/host.js";
import type { Layer } from "../layer.js";
import { missingOfLinux } from "./conflicts.js";
import { rendererDetection, undetected } from "./detection.js";
import { compareLinux } from "./disruption.js";
import { type LinuxFacts, readLinuxFacts } from "./facts.js";
import { fromLinuxFacts } from "./fromFacts.js";
import { unhealthyDevices } from "./health.js";
import { NIC_LINKS, nicLinks } from "./nicNames.js";
import { outlineLinux } from "./outline.js";
import { nothingOf, planLinux } from "./plan.js";
import { linuxRemarks } from "./remarks.js";
import { RENDERERS } from "./renderers.js";
import { withoutInherited } from "./sorted.js";
import { SYSCTL_FILE, sysctlFile } from "./sysctl.js";
import { toLinuxWords } from "./toWords.js";
import { UDEV_RULES, udevRules } from "./udev.js";
import { kernelUnsupported } from "./unsupported.js";
import type { LinuxWords } from "./words.js";

type LinuxLayer<Model> = Layer<Model, LinuxWords, LinuxFacts>;

/** Of the machines that a model describes. */
export function linuxLayer<Model>(of: Pick<LinuxLayer<Model>, "unsupported" | "toWords">): LinuxLayer<Model> {
  return { ...ofAnyMachine, ...of };
}

const ofAnyMachine: Omit<LinuxLayer<never>, "unsupported" | "toWords"> = {
  name: "linux",
  extension: "network.txt",
  nothing: nothingOf(null),
  outline: outlineLinux,
  facts: "linux/facts.sh",
  ownFiles: [UDEV_RULES, SYSCTL_FILE, NIC_LINKS, ...Object.values(RENDERERS).flatMap(({ ownFiles }) => ownFiles)],
  sections: (given, heading) => {
    const words = withoutInherited(given);
    if (rendererDetection.isOpen(words)) return undetected(words, heading);
    return words.renderer === null
      ? []
      : [
          ...RENDERERS[words.renderer].files(words, heading),
          ...udevRules(words, heading),
          ...sysctlFile(words, heading),
          ...nicLinks(words, heading),
        ];
  },
  readFacts: readLinuxFacts,
  missing: missingOfLinux,
  unreadable: () => undefined,
  fromFacts: fromLinuxFacts,
  plan: (desired, now) => planLinux(withoutInherited(desired), { ...now, actual: withoutInherited(now.actual) }),
  compare: compareLinux,
  unhealthy: unhealthyDevices,
  remarks: linuxRemarks,
  detection: rendererDetection,
};

export const linux = linuxLayer<KvmHost>({ unsupported: kernelUnsupported, toWords: toLinuxWords });
