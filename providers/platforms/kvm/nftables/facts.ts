// What nftables says of the ports that are guarded: the JSON of templates/kvm/nftables/facts.sh.hbs, and of it what is ours. Pure.
import { z } from "zod";
import { checkFacts } from "../../factsDocument.js";
import type { Scope } from "../../layer.js";
import { sortKeys } from "../../sortKeys.js";
import { type GuardedPort, type NftablesWords, NO_GUARD, portOfFile, UNGUARDED } from "./words.js";

export interface NftablesFacts {
  /** `nft` where that is not installed. */
  readonly missing: string | undefined;
  /** What systemd says of our unit, such as `enabled`. */
  readonly unit: string | null;
  /** Interfaces of the kernel. */
  readonly links: readonly string[];
  /** By interface: the rules that are in force. */
  readonly ports: Readonly<Record<string, GuardedPort>>;
}

const Item = z.looseObject({
  set: z.looseObject({ name: z.string(), elem: z.array(z.unknown()).optional() }).optional(),
  chain: z.looseObject({ name: z.string(), hook: z.string().optional() }).optional(),
  rule: z.looseObject({ chain: z.string(), expr: z.array(z.unknown()) }).optional(),
});

const Document = z.object({
  missing: z.string().optional(),
  unit: z.string(),
  links: z.string(),
  tables: z.array(
    z.object({
      port: z.string(),
      /** How many of its chains hang on the interface: when that was made anew, those of the old one hang on nothing. */
      bound: z.number(),
      rules: z.object({ nftables: z.array(Item) }),
    }),
  ),
});
type Item = z.infer<typeof Item>;

export function readNftablesFacts(json: unknown): NftablesFacts {
  const { missing, unit, links, tables } = checkFacts(Document, json);
  return {
    missing,
    unit: unit || null,
    links: links.split(" ").filter((name) => name !== ""),
    ports: Object.fromEntries(tables.map(({ port, bound, rules }) => [port, readTable(rules.nftables, bound)])),
  };
}

function readTable(items: readonly Item[], bound: number): GuardedPort {
  const chains = items.flatMap(({ chain }) => chain ?? []);
  if (bound < chains.length) return UNGUARDED;
  const rulesOf = (hook: string) => {
    const names = chains.filter((chain) => chain.hook === hook).map(({ name }) => name);
    return items.flatMap(({ rule }) => (rule && names.includes(rule.chain) ? [JSON.stringify(rule.expr)] : []));
  };
  const own = items.find(({ set }) => set?.name === "own")?.set?.elem ?? [];
  return {
    own: own.map(String).sort(),
    ingress: wordOf(INGRESS, rulesOf("ingress")),
    egress: wordOf(EGRESS, rulesOf("egress")),
  };
}

const address = (field: "saddr" | "daddr") => ({ payload: { protocol: "ether", field } });
const isOther = (field: "saddr" | "daddr", set: string) => ({
  match: { op: "!=", left: address(field), right: `@${set}` },
});
const isUnicast = {
  match: { op: "==", left: { "&": [address("daddr"), "01:00:00:00:00:00"] }, right: "00:00:00:00:00:00" },
};
const DROP = { drop: null };

/** The rules of each word, as nft prints them. */
const INGRESS = {
  own: [isOther("saddr", "own"), DROP],
  learn: [{ set: { op: "update", elem: address("saddr"), set: "@learnt" } }],
};
const EGRESS = {
  own: [isUnicast, isOther("daddr", "own"), DROP],
  learnt: [isUnicast, isOther("daddr", "own"), isOther("daddr", "learnt"), DROP],
};

function wordOf(known: Readonly<Record<string, unknown>>, rules: readonly string[]): string {
  if (rules.length === 0) return "any";
  const [word] =
    Object.entries(known).find(([, expr]) => rules.length === 1 && rules[0] === JSON.stringify(expr)) ?? [];
  return word ?? rules.join(" ");
}

/** What carries our heading, and what is wanted or was applied last. A port that is not there has what its file says. */
export function fromNftablesFacts(facts: NftablesFacts, { known, files }: Scope<NftablesWords>): NftablesWords {
  const texts = new Map(
    Object.entries(files).flatMap(([path, text]) => {
      const port = portOfFile(path);
      return port === undefined ? [] : [[port, text] as const];
    }),
  );
  const names = new Set([...texts.keys(), ...known.flatMap(({ ports }) => Object.keys(ports))]);
  const ports = [...names].flatMap((name): [string, GuardedPort][] => {
    const text = texts.get(name);
    const loaded = Object.hasOwn(facts.ports, name) ? facts.ports[name] : undefined;
    if (facts.links.includes(name)) {
      if (loaded) return [[name, loaded]];
      return text === undefined ? [] : [[name, UNGUARDED]];
    }
    return text === undefined ? [] : [[name, fromText(text)]];
  });
  if (ports.length === 0 && facts.unit !== "enabled") return NO_GUARD;
  return { unit: names.size > 0 ? facts.unit : null, ports: sortKeys(Object.fromEntries(ports)) };
}

/** Our own text; one that somebody changed is found by comparing it. */
function fromText(text: string): GuardedPort {
  const [, own = ""] = /elements = \{ ([^}]*) \}/.exec(text) ?? [];
  return {
    own: own.split(", ").filter((mac) => mac !== ""),
    ingress: text.includes("ether saddr != @own") ? "own" : text.includes("update @learnt") ? "learn" : "any",
    egress: text.includes("daddr != @learnt") ? "learnt" : text.includes("daddr != @own") ? "own" : "any",
  };
}
