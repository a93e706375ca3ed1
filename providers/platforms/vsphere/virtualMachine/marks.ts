// The marks that a VM carries: which cards and devices are ours, and what a run that was cut off had begun. Pure.
import { VM_MARK_KEY } from "../creation.js";
import type { VmMarks } from "./facts.js";

const PREFIX = "multiport.";

/** Of a card, in its externalId. */
export function cardMark(environment: string, port: string): string {
  return `multiport:${environment}/${port}`;
}

/** The port of a card of this environment. */
export function portOfMark(environment: string, externalId: string | undefined): string | undefined {
  const start = cardMark(environment, "");
  return externalId?.startsWith(start) ? externalId.slice(start.length) : undefined;
}

/**
 * Keys in the VM's extraConfig. Each begins with the environment, then a blank: what another environment marked is not ours. Empty is vSphere's word for "take the key away".
 */
export const MARK_KEYS = {
  poweredOff: `${PREFIX}poweredOff`,
  passthrough: `${PREFIX}passthrough`,
  memory: `${PREFIX}memoryLocked`,
  mac: (port: string) => `${PREFIX}mac.${port}`,
} as const;

export function readMarks(environment: string, extraConfig: ReadonlyMap<string, string>): VmMarks {
  const own = (key: string): string | undefined => {
    const [owner, ...rest] = (extraConfig.get(key) ?? "").split(" ");
    return owner === environment ? rest.join(" ") : undefined;
  };
  const asked = own(MARK_KEYS.poweredOff);
  const memory = own(MARK_KEYS.memory);
  const macs = [...extraConfig.keys()].flatMap((key): [string, string][] => {
    const mac = key.startsWith(MARK_KEYS.mac("")) ? own(key) : undefined;
    return mac ? [[key.slice(MARK_KEYS.mac("").length), mac]] : [];
  });
  return {
    ...(asked === undefined ? {} : { poweredOff: askedAt(asked) }),
    passthrough: (own(MARK_KEYS.passthrough) ?? "").split(",").filter((device) => device !== ""),
    ...(memory === undefined ? {} : { memory: { reservedBefore: Number.parseInt(memory, 10) || 0 } }),
    macs: new Map(macs),
    ...(extraConfig.get(VM_MARK_KEY) ? { isBeingMade: true } : {}),
  };
}

function askedAt(text: string): { askedAt?: number } {
  const time = Date.parse(text);
  return Number.isNaN(time) ? {} : { askedAt: time };
}

/** The value of a mark of this environment. */
export function markValue(environment: string, text = ""): string {
  return text === "" ? environment : `${environment} ${text}`;
}
