// Advanced properties that the driver of a connection offers, by its kind. Pure.
import type { AdvancedProperty } from "./state";

type Offer = Omit<AdvancedProperty, "value" | "running">;

const OFF_ON = { "0": "Disabled", "1": "Enabled" };

function jumbo(choices: Readonly<Record<string, string>>, displayName: string): Offer {
  return { keyword: "*JumboPacket", displayName, choices, initial: "1514" };
}

const INTEL_JUMBO = { "1514": "Disabled", "4088": "4088 Bytes", "9014": "9014 Bytes" };

/** IP-21, IP-22: Intel offers names, Mellanox numbers. */
const OFFERS = {
  intel: [
    jumbo(INTEL_JUMBO, "Jumbo Packet"),
    { keyword: "VlanID", displayName: "VLAN ID", range: { min: 0, max: 4094, step: 1 }, initial: "0" },
    { keyword: "*RSS", displayName: "Receive Side Scaling", choices: OFF_ON, initial: "1" },
    {
      keyword: "*FlowControl",
      displayName: "Flow Control",
      choices: { ...OFF_ON, "3": "Rx & Tx Enabled" },
      initial: "0",
    },
  ],
  mellanox: [
    {
      keyword: "*JumboPacket",
      displayName: "Jumbo Packet",
      range: { min: 614, max: 9614, step: 1 },
      initial: "1514",
    },
    { keyword: "VlanID", displayName: "VLAN ID", range: { min: 0, max: 4094, step: 1 }, initial: "0" },
    { keyword: "*RSS", displayName: "Receive Side Scaling", choices: OFF_ON, initial: "1" },
  ],
  vnic: [
    jumbo(INTEL_JUMBO, "Jumbo Packet"),
    { keyword: "*RSS", displayName: "Receive Side Scaling", choices: OFF_ON, initial: "1" },
  ],
  teamNic: [{ keyword: "*RSS", displayName: "Receive Side Scaling", choices: OFF_ON, initial: "1" }],
} satisfies Record<string, readonly Offer[]>;

const SRIOV: Offer = { keyword: "*SRIOV", displayName: "SR-IOV", choices: OFF_ON, initial: "1" };

export function advancedProperties(
  driver: keyof typeof OFFERS,
  sriov: { readonly enabled: boolean } | undefined,
  jumboPackets?: readonly number[],
): AdvancedProperty[] {
  const usual: readonly Offer[] = sriov ? [...OFFERS[driver], SRIOV] : OFFERS[driver];
  const offers = jumboPackets ? withJumbo(usual, jumboPackets) : usual;
  return offers.map((offer) => {
    const value = offer.keyword === "*SRIOV" ? (sriov?.enabled ? "1" : "0") : offer.initial;
    return { ...offer, value, running: value };
  });
}

function withJumbo(offers: readonly Offer[], sizes: readonly number[]): readonly Offer[] {
  const others = offers.filter(({ keyword }) => keyword !== "*JumboPacket");
  const names = sizes.map((size) => [String(size), size === 1514 ? "Disabled" : `${size} Bytes`]);
  return sizes.length === 0 ? others : [jumbo(Object.fromEntries(names), "Jumbo Frame"), ...others];
}

/** Largest frame without its header that the driver lets through. */
export function largestMtu(properties: readonly AdvancedProperty[]): number {
  const frame = properties.find(({ keyword }) => keyword === "*JumboPacket");
  return frame ? Number(frame.running) - 14 : 1500;
}
