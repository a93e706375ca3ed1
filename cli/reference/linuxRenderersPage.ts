// docs/reference/linux-renderers.md: what each renderer of Linux writes for each choice in a guest, found by rendering one small guest per
// cell. The same cases are run by test/platforms/linux/conformance*.test.ts. Pure.
import type { LinuxRenderer } from "../../providers/model/linuxRenderer.js";
import type { GuestCase } from "./guestCase.js";
import { GUEST_CASES } from "./guestCases.js";
import { type FileChange, GUEST_RENDERERS, judgeGuest } from "./guestCells.js";
import { code, type Page, page } from "./page.js";
import { type Row, withReasons } from "./reasonsTable.js";

const TITLES: Readonly<Record<LinuxRenderer, string>> = {
  netplan: "netplan",
  networkd: "systemd-networkd",
  NetworkManager: "NetworkManager",
  ifupdown: "ifupdown",
};

export function linuxRenderersPage(): Page {
  const topics = [...new Set(GUEST_CASES.map(({ topic }) => topic))];
  return page("linux-renderers.md", "What each renderer of Linux writes", [
    "`renderer` of a Linux guest or KVM host says what configures its network when it starts. Each cell was found by rendering a small guest with the choice and without it: it has the lines that the choice adds to the files of that renderer, files of udev and sysctl.d included. A number is the reason why not, below the table. What is written is the same on a host.",
    ...topics.flatMap((topic) => [
      `## ${topic}`,
      withReasons(
        ["In the guest", ...GUEST_RENDERERS.map((name) => TITLES[name])],
        GUEST_CASES.filter((one) => one.topic === topic).map(rowOf),
      ),
    ]),
    "`adaptive-load` is asked of the renderers alone: every layer below a guest refuses it. Policy rules other than those of `routingTable`, and ARP and reverse path settings of one's own have no key in the file of a guest yet.",
  ]);
}

function rowOf(one: GuestCase): Row {
  return [
    one.title,
    ...GUEST_RENDERERS.map((renderer) => {
      const judged = judgeGuest(renderer, one);
      return "reason" in judged ? judged : lines(judged.changes);
    }),
  ];
}

/** Headings of files and sections say nothing of the choice. */
function lines(changes: readonly FileChange[]): string {
  const of = (key: "added" | "removed") =>
    changes.flatMap((change) => change[key]).filter((line) => !/^(#|\[\w)/.test(line));
  const shown = (texts: readonly string[]) => texts.map((line) => code(line.trim())).join("<br>");
  const added = of("added");
  return added.length > 0 ? shown(added) : `without ${shown(of("removed"))}`;
}
