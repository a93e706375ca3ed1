// Which renderer a machine uses, where the file leaves that to the machine. Pure.
import type { RendererChoice } from "../../model/linuxRenderer.js";
import type { Heading } from "../heading.js";
import type { Decided, Detection, TextSection } from "../layer.js";
import { inUse, NAMES } from "./conflicts.js";
import type { LinuxFacts } from "./facts.js";
import { outlineLinux } from "./outline.js";
import { RENDERERS } from "./renderers.js";
import { withAcceptRa } from "./routerAdvertisements.js";
import { withoutInherited } from "./sorted.js";
import type { LinuxWords, RendererName } from "./words.js";

/** What words have of a choice; none where there is nothing to write. */
export function rendererOf(choice: RendererChoice, hasDevices: boolean): Pick<LinuxWords, "renderer" | "detects"> {
  if (!hasDevices) return { renderer: null };
  return choice === "detect" ? { renderer: null, detects: true } : { renderer: choice };
}

export const rendererDetection: Detection<LinuxWords, LinuxFacts> = {
  isOpen: ({ detects = false }) => detects,
  asBefore: (words, { renderer }) => (renderer === null ? undefined : decided(words, renderer)),
  detected: (words, { renderers }, applied) => {
    // networkd runs beside any of the others, and counts where there is none of them. Ours may have had nothing but our own file.
    const found = inUse(renderers) ?? (renderers.networkd ? "networkd" : undefined) ?? applied?.renderer ?? undefined;
    return found === undefined ? { conflicts: [NONE] } : decided(words, found);
  },
};

const NONE =
  "none of netplan, ifupdown, NetworkManager and systemd-networkd is in use there, so none was detected. Set up one of them, or set renderer to the one that multiport shall use";

/** What the file can't be checked for while it names no renderer is checked here. */
function decided({ detects: _, ...words }: LinuxWords, renderer: RendererName): Decided<LinuxWords> {
  const conflicts = RENDERERS[renderer]
    .unsupported(withoutInherited(words))
    .map(
      ({ device, at = [], message, remedy }) =>
        `${[device, ...at].join(".")}: ${message} (${NAMES[renderer]} was detected). ${remedy.replace(/\.$/, "")}`,
    );
  return conflicts.length > 0 ? { conflicts } : { words: withAcceptRa({ ...words, renderer }) };
}

/** What a preview shows while the machine was not asked: what there will be, for the lines are the renderer's. */
export function undetected(words: LinuxWords, heading: Heading): TextSection[] {
  return [
    {
      target: "files of the renderer in use, which is found out when the machine is asked",
      template: "linux/undetected.txt",
      data: { ...heading, names: Object.values(NAMES), outline: outlineLinux(words) },
    },
  ];
}
