// What is otherwise than one would think of a VM with a seed: it waits for its first start, or had it without. Pure.
import { own } from "../../own.js";
import type { CloudInitFacts } from "./facts.js";
import type { CloudInitWords } from "./words.js";

export function cloudInitRemarks({ seeds }: CloudInitWords, { domains }: CloudInitFacts): string[] {
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
