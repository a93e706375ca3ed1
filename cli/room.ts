// Fitting a comment into its size limit: whole items only, and always a word about what is left out. Pure.
import { lengthOf } from "./markdownText.js";

/** Lines of one list, in order, as far as they fit into `room`; the last line then says how many are left out. */
export function fitLines(
  lines: readonly string[],
  { room, notice }: { readonly room: number; readonly notice: (left: number) => string },
): string[] {
  const size = (line: string) => lengthOf(line) + 1;
  const total = lines.reduce((sum, line) => sum + size(line), 0);
  if (total <= room) return [...lines];
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    const left = lines.length - kept.length - 1;
    if (used + size(line) + (left > 0 ? size(notice(left)) : 0) > room) break;
    kept.push(line);
    used += size(line);
  }
  return [...kept, notice(lines.length - kept.length)];
}

/** Indices of the blocks that fit, in order: a block that is too large does not keep the smaller ones after it out. */
export function fitBlocks(
  blocks: readonly string[],
  { room, noticeRoom }: { readonly room: number; readonly noticeRoom: number },
): ReadonlySet<number> {
  const sizes = blocks.map((block) => lengthOf(block) + 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const available = total <= room ? room : room - noticeRoom;
  const kept = new Set<number>();
  let used = 0;
  for (const [index, size] of sizes.entries()) {
    if (used + size > available) continue;
    kept.add(index);
    used += size;
  }
  return kept;
}
