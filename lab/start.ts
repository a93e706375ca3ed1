// npm start: the lab, then preview, up and a second up of the demo stack, then what exists and what to try. I/O.
import { type DemoLab, findDemoLab, removeDemoLab, startDemoLab } from "./demoLab";
import { runVisibly, step } from "./processes";
import { stackEnvironment, stateFolder } from "./stackEnvironment";
import { settleLocks } from "./stackLock";
import { secondsSince } from "./toolchain/step";

const STACK = "demo";

export async function start(): Promise<void> {
  const started = Date.now();
  const report = (line: string) => console.log(line);
  if ((await settleLocks(stateFolder(), { report })) === "killed") {
    report("the last run was killed while Pulumi was at work: the lab and its state are made anew");
    await removeDemoLab();
  }
  const lab = await startDemoLab({ report });
  const env = stackEnvironment(lab);
  const labSeconds = secondsSince(started);
  for (const line of leftOut(lab)) console.log(line);
  // Only vSphere's part of the stack where there are no machines to apply the rest to.
  const targets = lab.leftOut.length > 0 ? ["--target", "**multiport:vsphere:**"] : [];
  await step("the stack", ["pulumi", "stack", "select", STACK, "--create"], env);
  const common = ["--stack", STACK, "--non-interactive", ...targets];
  await step("what would be done", ["pulumi", "preview", "--diff", ...common], env);
  await step("do it", ["pulumi", "up", "--yes", "--skip-preview", ...common], env);
  await step(
    "once more: nothing changes",
    ["pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes", ...common],
    env,
  );
  console.log(`\nThe lab was up after ${labSeconds} s, all of it was done after ${secondsSince(started)} s.`);
  await tell(lab, env);
}

function leftOut({ leftOut: reasons }: DemoLab): readonly string[] {
  if (reasons.length === 0) return [];
  return [
    "",
    "LEFT OUT: the KVM hosts and the guests. Only the vSphere part of the demo runs, because",
    ...reasons.map((reason) => `  - ${reason}`),
  ];
}

async function tell(lab: DemoLab, env: Readonly<Record<string, string>>): Promise<void> {
  console.log("\n=== What exists now");
  await runVisibly("govc", ["find", "/", "-type", "w"], env);
  await runVisibly("govc", ["find", "/", "-type", "g"], env);
  const { sshConfig } = lab;
  if (sshConfig !== undefined) await runVisibly("ssh", ["-F", sshConfig, "kvm-01", "ovs-vsctl", "show"], env);
  console.log(hints(sshConfig));
}

function hints(sshConfig: string | undefined): string {
  const drift =
    sshConfig === undefined
      ? "npm run --silent lab -- govc dvs.portgroup.change -vlan 99 app"
      : `ssh -F ${sshConfig} kvm-01 ovs-vsctl set port db-01-app tag=99`;
  return `
=== Three things to try
1. Make drift, and see it:
     ${drift}
     npm run --silent pulumi -- preview --refresh --diff
2. Repair it; or change a VLAN in stacks/demo.yaml and look at the difference:
     npm run --silent pulumi -- up --refresh --yes
     npm run --silent multiport -- preview demo --markdown
3. Take it all away, then the lab itself:
     npm run --silent pulumi -- destroy --yes
     npm run stop`;
}

/** Runs a command with everything that the lab offers in its environment; the stack is demo. */
export async function runInLab(command: string, args: readonly string[]): Promise<number> {
  return runVisibly(command, args, stackEnvironment(await findDemoLab()));
}
