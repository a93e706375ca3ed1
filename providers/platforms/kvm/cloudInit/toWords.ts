// The model of a KVM host in the words of seeds: one for each VM in libvirt whose guest has cloudInit. Pure.
import type { KvmHost } from "../../../model/host.js";
import { toGuestWords } from "../../linuxGuest/toWords.js";
import { sortKeys } from "../../sortKeys.js";
import type { CloudInitWords, SeedWords } from "./words.js";

export function toCloudInitWords({ seeds: seeded }: KvmHost): CloudInitWords {
  const seeds = seeded.map(({ domain, guest }): [string, SeedWords] => {
    const { name, renderer, cloudInit } = guest;
    const hostname = cloudInit?.hostname ?? null;
    return [domain, { guest: name, hostname, renderer, network: toGuestWords(guest), disc: "inserted" }];
  });
  return { seeds: sortKeys(Object.fromEntries(seeds)) };
}
