// The words of jumbo frames: how large a frame an adapter carries at least, as its property *JumboPacket counts it. Pure.
import { DEFAULT_MTU } from "../../../model/field.js";

export interface JumboWord {
  /** With the Ethernet header, without VLAN tag and checksum. An adapter that carries larger ones is left as it is. */
  readonly JumboPacketBytes: number;
}

/** By connection name, such as `SLOT 3 Port 1` or `vEthernet (mgmt0)`; NICs also by MAC address. */
export interface JumboWords {
  readonly adapters: Readonly<Record<string, JumboWord>>;
}

export const NOTHING: JumboWords = { adapters: {} };

const HEADER_BYTES = 14;

/** What every adapter carries needs no word; of an adapter that is named twice the larger frame counts. */
export function jumboWords(packets: readonly (readonly [adapter: string, mtuBytes: number])[]): JumboWords {
  const adapters: Record<string, JumboWord> = {};
  for (const [adapter, mtuBytes] of packets) {
    const before = Object.hasOwn(adapters, adapter) ? (adapters[adapter]?.JumboPacketBytes ?? 0) : 0;
    if (mtuBytes > DEFAULT_MTU) adapters[adapter] = { JumboPacketBytes: Math.max(before, mtuBytes + HEADER_BYTES) };
  }
  return { adapters };
}
