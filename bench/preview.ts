// Preview without changes of 200 KVM hosts, in turn with that of 200 dynamic resources that do nothing. I/O.
import { formatSeconds, median, type Verdict } from "./measurement.js";
import { Project, type Took } from "./project.js";
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
  const runs = { hosts: [] as Took[], peer: [] as Took[] };
  for (let run = 0; run <= RUNS; run++) {
    const pair = { hosts: await hosts.previewWithoutChanges(), peer: await peer.previewWithoutChanges() };
    if (run === 0) continue;
    runs.hosts.push(pair.hosts);
    runs.peer.push(pair.peer);
  }
  const [wall, processor] = (["seconds", "processor"] as const).map((key) => {
    const [ours, theirs] = [runs.hosts.map((took) => took[key]), runs.peer.map((took) => took[key])];
    console.log(
      `${key.padEnd(9)}  hosts ${formatSeconds(ours)}, trivial ${formatSeconds(theirs)}, ${RUNS} runs each, in turn`,
    );
    return median(ours) / median(theirs);
  });
  const what = `preview of ${RESOURCES} KVM hosts against ${RESOURCES} trivial resources`;
  return [
    { what, value: wall ?? 0, bound: BOUND, unit: "x" },
    { what: `${what}, processor time`, value: processor ?? 0, unit: "x" },
  ];
}
