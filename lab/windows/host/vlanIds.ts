// Lists of VLAN ids as Hyper-V writes them: `9`, `1-100`, `10,20-30`. Pure.

export function isVlanId(id: number): boolean {
  return Number.isInteger(id) && id >= 1 && id <= 4094;
}

/** undefined: no such list (VL-02). */
export function vlanIds(text: string): number[] | undefined {
  if (text.trim() === "") return [];
  const ids: number[] = [];
  for (const part of text.split(",")) {
    const [, from, to] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part) ?? [];
    if (from === undefined) return undefined;
    const first = Number(from);
    const last = Number(to ?? from);
    if (!isVlanId(first) || !isVlanId(last) || last < first) return undefined;
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** As it is read back: in order, neighbours as ranges. */
export function vlanText(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < ids.length; ) {
    let end = at;
    while (ids[end + 1] === (ids[end] ?? 0) + 1) end++;
    parts.push(end === at ? `${ids[at]}` : `${ids[at]}-${ids[end]}`);
    at = end + 1;
  }
  return parts.join(",");
}
