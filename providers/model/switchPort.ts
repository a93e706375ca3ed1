// SwitchPort: a port of a physical switch, known from the cables of the hosts. Pure.
import { z } from "zod";
import * as field from "./field.js";

export const SWITCH_PLATFORMS = ["nxos", "iosxe", "aoscx", "junos"] as const;

export const PhysicalSwitchSpec = z.strictObject({
  platform: field.choice(SWITCH_PLATFORMS, "Operating system of the switch."),
  mlag: z
    .strictObject({
      peer: field.name("The other switch of the pair."),
      domain: field.integer({ min: 1, max: 1000 }, "Domain number that both peers share."),
    })
    .optional()
    .meta({ description: "The pair behaves as one switch towards a port channel (vPC, MLAG, VSX, MC-LAG)." }),
  description: field.description.optional(),
});
export type PhysicalSwitchSpec = z.input<typeof PhysicalSwitchSpec>;

export interface PhysicalSwitch {
  readonly name: string;
  readonly platform: (typeof SWITCH_PLATFORMS)[number];
  readonly mlag?: { readonly peer: string; readonly domain: number };
}

/** The far end of an uplink's cable. */
export interface Cable {
  readonly switch: string;
  readonly port: string;
}

/** `tor-a Ethernet1/1`: switch, blank, port as the switch names it. May hold a range. */
export const cable = field.described(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62} [A-Za-z0-9][A-Za-z0-9/.:[\]-]{0,62}$/),
  "Switch and port at the other end of the cable.",
  'switch and port such as "tor-a Ethernet1/1"',
);

export function toCable(text: string): Cable {
  const [name = "", port = ""] = text.split(" ");
  return { switch: name, port };
}
