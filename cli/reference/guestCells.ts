// What each renderer of Linux writes for one choice: a small guest is judged, put into the kernel's words and rendered. Pure but for the
// templates, which are read once.
import { diffArrays } from "diff";
import { checkEnvironmentSpec } from "../../providers/engine/check.js";
import { fillTemplate } from "../../providers/engine/template.js";
import type { EnvironmentSpec } from "../../providers/model/environment.js";
import { LINUX_RENDERERS, type LinuxRenderer } from "../../providers/model/linuxRenderer.js";
import { linux } from "../../providers/platforms/linux/index.js";
import { RENDERERS } from "../../providers/platforms/linux/renderers.js";
import type { LinuxWords } from "../../providers/platforms/linux/words.js";
import { toGuestWords } from "../../providers/platforms/linuxGuest/toWords.js";
import type { GuestCase, GuestChoice } from "./guestCase.js";

export interface GuestFile {
  /** Without the leading slash. */
  readonly path: string;
  readonly text: string;
}

export interface Rendered {
  readonly words: LinuxWords;
  readonly files: readonly GuestFile[];
}

/** What a renderer writes; or why it, or the kernel, can't. */
export type GuestCell = Rendered | { readonly reason: string };

export const GUEST_RENDERERS = LINUX_RENDERERS;
const HEADING = { machine: "vm", environment: "support" };

export function renderGuest(renderer: LinuxRenderer, choice: GuestChoice, change?: GuestCase["words"]): GuestCell {
  const { environment, problems } = checkEnvironmentSpec(specOf(renderer, choice));
  const errors = problems.filter(({ severity }) => severity === "error");
  const other = errors.find(({ rule }) => rule !== "unsupported");
  if (other) throw new Error(`${JSON.stringify(choice)}: ${other.message}. ${other.remedy}`);
  const [fault] = errors;
  if (fault) return { reason: `${fault.message}. ${fault.remedy}` };
  const guest = environment?.virtualMachines[0]?.guest;
  if (!guest) throw new Error(`no guest of ${JSON.stringify(choice)}`);
  const words = change ? change(toGuestWords(guest)) : toGuestWords(guest);
  const [refused] = RENDERERS[renderer].unsupported(words);
  if (refused) return { reason: `${refused.message}. ${refused.remedy}` };
  return { words, files: filesOfWords(words) };
}

export function filesOfWords(words: LinuxWords): GuestFile[] {
  return linux
    .sections(words, HEADING)
    .map(({ path = "", template, data }) => ({ path: path.slice(1), text: fillTemplate(template, data) }));
}

/** One file's lines that the case adds and takes away. */
export interface FileChange {
  readonly path: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** As a patch has them: unchanged lines are left out. */
  readonly lines: readonly string[];
}

export function changesOf(before: Rendered, after: Rendered): FileChange[] {
  const paths = [...new Set([...before.files, ...after.files].map(({ path }) => path))].sort();
  const linesOf = ({ files }: Rendered, path: string) =>
    (files.find((file) => file.path === path)?.text ?? "").split("\n").filter((line) => line.trim() !== "");
  return paths.flatMap((path) => {
    const parts = diffArrays(linesOf(before, path), linesOf(after, path)).filter(
      ({ added, removed }) => added || removed,
    );
    if (parts.length === 0) return [];
    const of = (wanted: "added" | "removed") => parts.filter((part) => part[wanted]).flatMap(({ value }) => value);
    const lines = parts.flatMap(({ added, value }) => value.map((line) => `${added ? "+" : "-"}${line}`));
    return [{ path, added: of("added"), removed: of("removed"), lines }];
  });
}

/** A case with one renderer: what it writes beyond the base, or why it can't. */
export function judgeGuest(
  renderer: LinuxRenderer,
  { choice, base, words }: GuestCase,
): { readonly changes: readonly FileChange[]; readonly rendered: Rendered } | { readonly reason: string } {
  const after = renderGuest(renderer, choice, words);
  if ("reason" in after) return after;
  const before = renderGuest(renderer, base);
  if ("reason" in before) throw new Error(`the base of a case is refused: ${before.reason}`);
  return { changes: changesOf(before, after), rendered: after };
}

/** A port channel ends on a physical switch: the members of such a bond are virtual functions. Copies go into two networks. */
function specOf(renderer: LinuxRenderer, { network, port, bond }: GuestChoice): EnvironmentSpec {
  const { mode, policy } = (bond ?? {}) as { mode?: string; policy?: string };
  const isDirect = mode === "lacp" || mode === "static";
  const sriov = { numVfs: 1, vfs: { trust: true } };
  const member = (name: string, number: number) => ({
    [name]: {
      ...(isDirect
        ? { network: "app", vf: `up${number + 2}` }
        : { portGroup: policy === "broadcast" && number === 2 ? "vs1/app" : "vs0/app" }),
      mac: `52:54:00:00:00:0${number}`,
    },
  });
  const alone = { app0: { portGroup: "vs0/app", mac: "52:54:00:00:00:09", ...port } };
  return {
    environment: "support",
    networks: { app: { ...network }, ...(network ? { storage: { vlan: 30, mtu: 9000 } } : {}) },
    hosts: {
      host: {
        platform: "kvm",
        uplinks: { up1: {}, up2: {}, up3: { sriov }, up4: { sriov }, up5: {} },
        virtualSwitches: {
          vs0: { uplinkTeam: { members: ["up1", "up2"] }, portGroups: ["app"] },
          vs1: { uplinkTeam: { members: ["up5"] }, portGroups: ["app"] },
        },
      },
    },
    vms: {
      vm: {
        host: "host",
        ports: port ? alone : { ...member("p1", 1), ...member("p2", 2) },
        guest: { os: "linux", renderer },
        ...(bond ? { bonds: { bond0: bond } } : {}),
      },
    },
  } as EnvironmentSpec;
}
