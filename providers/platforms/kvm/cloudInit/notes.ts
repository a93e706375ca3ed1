// What is to be told of VMs with a seed: that they wait for their first start, or had it without. Pure.
import { own } from "../../own.js";
import type { CloudInitFacts } from "./facts.js";
import type { CloudInitWords } from "./words.js";

export function notesOf({ seeds }: CloudInitWords, { domains }: CloudInitFacts): string[] {
  return Object.entries(seeds).flatMap(([name, { guest }]) => {
    const domain = own(domains, name);
    if (!domain) return [];
    if (!domain.started)
      return [
        `VM ${guest} has its seed and was not started yet. Start it (virsh start ${name}), and run pulumi up again when it is there`,
      ];
    if (domain.drive) return [];
    return [
      `VM ${guest} was started without its seed, and gets none any more: cloud-init would begin anew in it. Its guest is changed as it is reached; remove cloudInit from it`,
    ];
  });
}
