// Preview without changes of 200 KVM hosts, in turn with that of 200 dynamic resources that do nothing. I/O.
import { formatSeconds, median, type Verdict } from "./measurement.js";
import { Project } from "./project.js";
import { withSite } from "./site.js";
import { judgeState } from "./state.js";

const RESOURCES = 200;
const RUNS = 7;
const BOUND = 1.5;

/** The least that a program with dynamic resources can be. */
const PEER = `import * as pulumi from "@pulumi/pulumi";

const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs) {
    return { id: "trivial", outs: inputs };
  },
};

class Trivial extends pulumi.dynamic.Resource {
  constructor(name: string) {
    super(provider, name, { value: name });
  }
}

for (let index = 0; index < ${RESOURCES}; index++) new Trivial(\`trivial-\${index}\`);
`;

export async function preview(): Promise<Verdict[]> {
  return withSite(RESOURCES, async (site) => {
    const peer = await Project.create({ name: "trivial", files: { "stacks/index.ts": PEER } });
    try {
      await peer.up();
      return [...(await compare(site.project, peer)), ...judgeState(site, RESOURCES)];
    } finally {
      peer.remove();
    }
  });
}

/** In turn, after one run of each that is not counted: whatever else the machine does slows both alike. */
async function compare(hosts: Project, peer: Project): Promise<Verdict[]> {
  const seconds = { hosts: [] as number[], peer: [] as number[] };
  for (let run = 0; run <= RUNS; run++) {
    const pair = { hosts: await hosts.previewWithoutChanges(), peer: await peer.previewWithoutChanges() };
    if (run === 0) continue;
    seconds.hosts.push(pair.hosts);
    seconds.peer.push(pair.peer);
  }
  console.log(`pulumi preview without changes, ${RUNS} runs each, in turn:
  ${RESOURCES} KVM hosts          ${formatSeconds(seconds.hosts)}
  ${RESOURCES} trivial resources  ${formatSeconds(seconds.peer)}`);
  const value = median(seconds.hosts) / median(seconds.peer);
  return [
    {
      what: `preview of ${RESOURCES} KVM hosts against ${RESOURCES} trivial resources`,
      value,
      bound: BOUND,
      unit: "x",
    },
  ];
}
