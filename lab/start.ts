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
  // Only vSphere's and Hyper-V's part of the stack where there are no machines to apply the rest to.
  const targets =
    lab.leftOut.length > 0
      ? [
          "**multiport:index:Environment::*",
          "**multiport:vsphere:**",
          "**dynamic/vsphere:**",
          "**dynamic/hyperv:**",
          "**dynamic/windows:**",
        ].flatMap((urn) => ["--target", urn])
      : [];
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
    "LEFT OUT: the KVM hosts and the guests. Only the vSphere and Hyper-V parts of the demo run, because",
    ...reasons.map((reason) => `  - ${reason}`),
  ];
}

async function tell(lab: DemoLab, env: Readonly<Record<string, string>>): Promise<void> {
  console.log("\n=== What exists now");
  console.log("In vCenter, port groups (g) and the switch (w):");
  await runVisibly("govc", ["find", "-l", "/", "-type", "w", "-type", "g"], env);
  const { sshConfig } = lab;
  // Without namespaces there is the Hyper-V host alone.
  const looks = lab.leftOut.length === 0 ? LOOKS : [ON_WINDOWS, IN_WINDOWS];
  if (sshConfig !== undefined) for (const [what, ...command] of looks) await look(what, ["-F", sshConfig, ...command]);
  console.log(hints(lab));
}

/** What an administrator would type there. */
const ON_WINDOWS: readonly [string, ...string[]] = [
  "On hv-01, adapters on its virtual switches:",
  "hv-01",
  `powershell -NoProfile -NonInteractive -Command "@(Get-VMNetworkAdapter -ManagementOS) + @(Get-VMNetworkAdapter -VMName *) | ForEach-Object { '{0} on {1}' -f $_.Name, $_.SwitchName }"`,
];

const IN_WINDOWS: readonly [string, ...string[]] = [
  "In the guest sql-01, addresses:",
  "sql-01",
  `powershell -NoProfile -NonInteractive -Command "Get-NetIPAddress | Where-Object { $_.PrefixOrigin -eq 'Manual' } | ForEach-Object { '{0}: {1}/{2}' -f $_.InterfaceAlias, $_.IPAddress, $_.PrefixLength }"`,
];

const LOOKS: readonly (readonly [string, ...string[]])[] = [
  [
    "On kvm-01, ports of Open vSwitch:",
    "kvm-01",
    "ovs-vsctl --columns=name,vlan_mode,tag,bond_mode,lacp --format=table list Port",
  ],
  [
    "On kvm-01, the uplink team as Open vSwitch sees it:",
    "kvm-01",
    "ovs-appctl bond/show vs0-uplinks | grep -E '^(bond_mode|lacp_status|member)'",
  ],
  ON_WINDOWS,
  IN_WINDOWS,
  [
    "In the guest db-01:",
    "db-01",
    "cat /etc/network/interfaces.d/multiport; ip -br address; ip rule; ping -c 2 -i 0.2 10.10.0.1",
  ],
];

async function look(what: string, ssh: readonly string[]): Promise<void> {
  console.log(`\n${what}`);
  await runVisibly("ssh", ssh);
}

function hints({ sshConfig, leftOut: reasons }: DemoLab): string {
  const drift =
    sshConfig === undefined || reasons.length > 0
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
