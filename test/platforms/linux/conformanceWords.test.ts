// No renderer drops a word: every value of every case stands in what it writes, and another value is another text.
import { describe, expect, it } from "vitest";
import type { GuestCase } from "../../../cli/reference/guestCase.js";
import { GUEST_CASES } from "../../../cli/reference/guestCases.js";
import { filesOfWords, GUEST_RENDERERS, judgeGuest } from "../../../cli/reference/guestCells.js";
import { RENDERERS } from "../../../providers/platforms/linux/renderers.js";
import type { LinuxWords, RendererName } from "../../../providers/platforms/linux/words.js";

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean;
}

function leavesOf(value: Json, path: Leaf["path"] = []): Leaf[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => leavesOf(item, [...path, index]));
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** Which renderer it is, and what is neither set nor compared. */
const NOT_SAID = new Set(["renderer", "ports", "pci"]);

function saidLeaves(words: LinuxWords): Leaf[] {
  return leavesOf(JSON.parse(JSON.stringify(words))).filter(({ path: [first] }) => !NOT_SAID.has(String(first)));
}

/** The words of a leaf: the names of devices and places in lists left out. */
function kindOfLeaf({ path }: Leaf): string {
  return path.filter((key, index) => typeof key === "string" && index !== 1).join(".");
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  "bonds.mode": ["balance-xor", "broadcast"],
  "bonds.members": ["p7"],
  "bonds.arp_validate": ["active", "filter_backup"],
  "bonds.arp_all_targets": ["any", "all"],
  "bonds.xmit_hash_policy": ["layer2", "encap3+4"],
  "bonds.lacp_rate": ["slow", "fast"],
  "bonds.lacp_active": ["on", "off"],
  "bonds.ad_select": ["stable", "count"],
  "bonds.primary": ["p1", "p2"],
  "bonds.primary_reselect": ["better", "failure"],
  "bonds.fail_over_mac": ["active", "follow"],
  "vlans.link": ["p1"],
  "nics.mac": ["52:54:00:00:00:77"],
  "nics.pci": ["0000:77:00.0"],
};

function another(leaf: Leaf): string | number | boolean {
  const { value } = leaf;
  if (typeof value === "boolean") return !value;
  const kind = kindOfLeaf(leaf);
  if (typeof value === "number")
    return /all_slaves|arp\.|reversePath|acceptRa/.test(kind) ? Number(value === 0) : value + 3;
  const listed = OTHERS[kind]?.find((other) => other !== value);
  if (listed !== undefined) return listed;
  if (value === "default") return "2001:db8:99::/48";
  const [, length] = value.split("/");
  return `${value.includes(":") ? "2001:db8::99" : "10.0.0.99"}${length === undefined ? "" : `/${length}`}`;
}

function withLeaf(value: Json, [key, ...rest]: Leaf["path"], leaf: Json): Json {
  if (key === undefined) return leaf;
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === key ? withLeaf(item, rest, leaf) : item));
  const there = value as Readonly<Record<string, Json>>;
  return { ...there, [key]: withLeaf(there[key], rest, leaf) };
}

/** The words of all cases that a renderer takes. */
function wordsOfCases(renderer: RendererName): (GuestCase & { readonly said: LinuxWords })[] {
  return GUEST_CASES.flatMap((one) => {
    const judged = judgeGuest(renderer, one);
    return "reason" in judged ? [] : [{ ...one, said: judged.rendered.words }];
  });
}

const textOf = (words: LinuxWords) =>
  filesOfWords(words)
    .map(({ path, text }) => `${path}\n${text}`)
    .join("\n");

/** A state that no file leads to. */
function isImpossible({ path }: Leaf, { bonds }: LinuxWords): boolean {
  const [map, name = "", key] = path.map(String);
  // Only one of both monitors, and the model has chosen.
  if (map === "bonds" && key === "miimon") return (bonds[name]?.arp_interval ?? 0) > 0;
  // A member has the packet size of its bond: the kernel gives it that one.
  return map === "links" && key === "mtu" && Object.values(bonds).some(({ members }) => members.includes(name));
}

const DEFAULTS = ["netplan", "networkd", "NetworkManager"];

/** Values that a renderer says in another way than by themselves. */
const OTHERWISE: readonly (readonly [kind: string, value: string | number, renderers: readonly string[]])[] = [
  // The kernel's own default, with the other value written.
  ["bonds.lacp_active", "on", DEFAULTS],
  // The main table is the one that a route without a table is in.
  ["links.routes.table", 254, DEFAULTS],
  // 0.0.0.0/0 and ::/0.
  ["links.routes.to", "default", ["networkd", "NetworkManager", "ifupdown"]],
  // In the name of the device.
  ["vlans.id", 30, ["ifupdown"]],
];

describe.each(GUEST_RENDERERS)("%s drops nothing without a word", (renderer) => {
  it("another value is another text, or refused", () => {
    const dropped = new Set<string>();
    const seen = new Set<string>();
    for (const { said } of wordsOfCases(renderer)) {
      const text = textOf(said);
      for (const leaf of saidLeaves(said)) {
        if (isImpossible(leaf, said)) continue;
        const changed = another(leaf);
        const mode = said.bonds.bond0?.mode ?? "";
        const key = `${mode} ${leaf.path.join(".")} ${leaf.value}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const other = withLeaf(JSON.parse(JSON.stringify(said)), leaf.path, changed) as unknown as LinuxWords;
        if (RENDERERS[renderer].unsupported(other).length > 0) continue;
        if (textOf(other) === text)
          dropped.add(`${kindOfLeaf(leaf)}: ${leaf.value} as ${changed} ${mode} ${leaf.path.join(".")}`);
      }
    }
    expect([...dropped]).toEqual([]);
    expect(seen.size).toBeGreaterThan(150);
  });

  it("every value that is no switch stands in the text", () => {
    const missing = new Set<string>();
    for (const { said, topic, title } of wordsOfCases(renderer)) {
      const text = textOf(said);
      for (const leaf of saidLeaves(said)) {
        const { value } = leaf;
        if (typeof value === "boolean" || value === 0 || value === 1) continue;
        const kind = kindOfLeaf(leaf);
        if (OTHERWISE.some(([one, other, by]) => one === kind && other === value && by.includes(renderer))) continue;
        const word = String(value).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
        if (!new RegExp(`(?<![\\w.:])${word}(?![\\d:]|\\.\\d)`).test(text))
          missing.add(`${kind}: ${value} (${topic} ${title})`);
      }
    }
    expect([...missing]).toEqual([]);
  });
});
