// The bonds whose failover is measured: multiport's have no problem, and the settings that the table names are those that it makes. Pure.
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { formatProblem } from "../../providers/model/problem.js";
import { toOvsWords } from "../../providers/platforms/kvm/openvswitch/toWords.js";
import type { OvsBond } from "../../providers/platforms/kvm/openvswitch/words.js";
import { toKernelBond } from "../../providers/platforms/linux/bond.js";
import type { KernelBond } from "../../providers/platforms/linux/words.js";
import { guestEnvironmentOf, hostSideOf } from "../live/failoverGuest.js";
import { deviceOf, environmentOf, PLACES } from "../live/failoverMaking.js";
import { isOfGuest, STAGES } from "../live/failoverStages.js";

const [inGuest, onHost] = [STAGES.filter(isOfGuest), STAGES.filter((stage) => !isOfGuest(stage))];

describe.each(inGuest.map((stage) => [stage.name, stage] as const))("%s", (_, stage) => {
  const { environment, problems } = checkEnvironmentText(guestEnvironmentOf(stage), "failover.yaml");
  const { environment: host, problems: ofHost } = checkEnvironmentText(hostSideOf(stage), "host.yaml");

  it("are an environment without errors, and so is their host's side", () => {
    const errors = [...problems, ...ofHost].filter(({ severity }) => severity === "error");
    expect(errors.map(formatProblem)).toEqual([]);
    // Both files tell the host the same of the functions.
    const functionsOf = (hosts: typeof host) =>
      hosts?.kvmHosts[0]?.uplinks.flatMap(({ sriov }) => sriov?.functions ?? []);
    expect(functionsOf(host)?.map(({ mac, trust }) => ({ mac, trust }))).toEqual(
      functionsOf(environment)?.map(({ mac, trust }) => ({ mac, trust })),
    );
  });

  it.each(stage.bonds.map((bond, index) => [bond.name, bond, index] as const))(
    "%s is shown as it is",
    (_, bond, at) => {
      const team = environment?.virtualMachines[0]?.guest?.bonds[at];
      if (!team) throw new Error("no such bond");
      const { options, shown = options } = bond.made.multiport;
      const made = toKernelBond(team);
      const mac = made.fail_over_mac === "none" ? "" : `, fail_over_mac ${made.fail_over_mac}`;
      expect(shown).toBe(`${shownKernel(made)}${mac}`);
    },
  );
});

describe.each(onHost.map((stage) => [stage.name, stage] as const))("%s", (_, stage) => {
  const { environment, problems } = checkEnvironmentText(environmentOf(stage), "failover.yaml");
  const host = environment?.kvmHosts[0];

  it("are an environment without errors", () => {
    expect(problems.filter(({ severity }) => severity === "error").map(formatProblem)).toEqual([]);
  });

  it.each(stage.bonds.map((bond, index) => [bond.name, bond, index] as const))(
    "%s is shown as it is",
    (_, bond, at) => {
      const team = host?.virtualSwitches[at]?.uplinkTeam;
      const [place] = PLACES.slice(at);
      if (!host || !team || !place) throw new Error("no such virtual switch");
      const { options, shown = options } = bond.made.multiport;
      const made =
        bond.kind === "openvswitch"
          ? shownOvs(toOvsWords(host).bridges[`br${place.vlan}`]?.ports[deviceOf(bond, place)]?.bond)
          : shownKernel(toKernelBond(team));
      expect(shown).toBe(made);
    },
  );
});

function shownKernel({ miimon, arp_interval, arp_validate, lacp_rate, xmit_hash_policy }: KernelBond): string {
  if (arp_interval > 0) return `arpMonitor: every ${arp_interval} ms, validate ${arp_validate}`;
  return [`miimon ${miimon}`, ...(lacp_rate ? [`lacp_rate ${lacp_rate}`, xmit_hash_policy] : [])].join(", ");
}

function shownOvs(bond: OvsBond | null | undefined): string {
  if (!bond) throw new Error("no bond of Open vSwitch");
  if (bond.lacp === "off") return `bond-detect-mode ${bond["bond-detect-mode"] ?? "carrier"}`;
  return [`lacp-time ${bond["lacp-time"]}`, ...(bond["lacp-fallback-ab"] === "true" ? ["lacp-fallback-ab"] : [])].join(
    ", ",
  );
}
