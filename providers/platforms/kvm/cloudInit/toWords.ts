// The model of a KVM host in the words of seeds: one for each VM in libvirt whose guest has cloudInit. Pure.
import type { KvmHost } from "../../../model/host.js";
import { macsOf } from "../../linuxGuest/cloudInit/index.js";
import { toGuestWords } from "../../linuxGuest/toWords.js";
import { sortKeys } from "../../sortKeys.js";
import type { CloudInitWords, SeedWords } from "./words.js";

export function toCloudInitWords({ seeds: seeded }: KvmHost): CloudInitWords {
  const seeds = seeded.flatMap(({ domain, guest }): [string, SeedWords][] => {
    const { name, cloudInit } = guest;
    if (cloudInit === undefined) return [];
    const { renderer, hostname = null } = cloudInit;
    const network = toGuestWords(guest);
    return [[domain, { guest: name, hostname, renderer, network, macs: macsOf(guest), disc: "inserted" }]];
  });
  return { seeds: sortKeys(Object.fromEntries(seeds)) };
}
