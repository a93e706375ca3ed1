// What stands in the way on a Hyper-V host: all of it is told at once, before anything is changed.
import { expect, it } from "vitest";
import type { Scenario } from "../../../lab/windows/host/scenario.js";
import { ConflictError } from "../../../providers/engine/machineErrors.js";
import { startHyperv, stateOf } from "./windowsLab.js";

const NICS: Scenario["nics"] = [
  { name: "Ethernet", mac: "b49691000001" },
  { name: "Ethernet 2", mac: "b49691000002" },
];

interface Choice {
  readonly uplinks?: string;
  readonly vs0?: string;
  readonly host?: string;
  readonly port?: string;
}

const file = ({ uplinks = "Ethernet: , Ethernet 2: ", vs0 = "", host = "", port = "" }: Choice = {}) => `
environment: live
networks: { app: { vlan: 20 } }
hosts:
  hv-01:
    platform: hyperv
    uplinks: { ${uplinks} }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [Ethernet, Ethernet 2] }, portGroups: [app]${vs0} }
${host}
vms:
  db-01: { host: hv-01, ports: { app0: { portGroup: vs0/app${port} } } }
`;

const VMS: Scenario["vms"] = [{ name: "db-01" }];
const LBFO = { vs0: ", kind: lbfo, allowLbfo: true" };

const rows: readonly [string, Partial<Scenario>, string | undefined, Choice, string][] = [
  [
    "a NIC that is not there",
    { nics: [{ name: "Ethernet", mac: "b49691000001" }] },
    undefined,
    {},
    "the host has no NIC Ethernet 2, it has Ethernet. Correct the name of the uplink",
  ],
  [
    "NICs of two speeds",
    {
      nics: [
        { name: "Ethernet", mac: "b49691000001", speedMbps: 10_000 },
        { name: "Ethernet 2", mac: "b49691000002" },
      ],
    },
    undefined,
    {},
    "the members of vs0 are not of one kind (Ethernet: 10 Gbps",
  ],
  [
    "NICs of two drivers",
    {
      nics: [
        { name: "Ethernet", mac: "b49691000001", driver: "mlx5.sys" },
        { name: "Ethernet 2", mac: "b49691000002" },
      ],
    },
    undefined,
    {},
    "Use NICs of one model, driver and speed",
  ],
  [
    "a NIC in a switch of others",
    { switches: [{ name: "Hand", nics: ["Ethernet 2"] }] },
    undefined,
    {},
    "NIC Ethernet 2 is in virtual switch Hand. Take it out there, or use another NIC for vs0",
  ],
  [
    "a switch of others of the same name",
    { switches: [{ name: "VS0", type: "Internal" }] },
    undefined,
    {},
    "virtual switch vs0 exists and was not made by multiport",
  ],
  [
    "a switch of another environment",
    {},
    "[void](New-VMSwitch -Name vs0 -SwitchType Private -Notes 'multiport=prod')",
    {},
    "virtual switch vs0 belongs to environment prod. Name ours differently",
  ],
  [
    "a VM that is not there",
    { vms: [{ name: "web-01" }] },
    undefined,
    {},
    "the host has no VM db-01, it has web-01. Make it first",
  ],
  [
    "another MAC address of a running VM",
    { vms: [{ name: "db-01", state: "Running", adapters: [{ name: "app0", mac: "00155D000099" }] }] },
    undefined,
    { port: ', mac: "00:15:5d:00:00:01"' },
    "adapter app0 of VM db-01 has MAC address 00155D000099, which changes only while the VM is off",
  ],
  [
    "a new adapter of a running VM of generation 1",
    { vms: [{ name: "db-01", state: "Running", generation: 1 }] },
    undefined,
    {},
    "VM db-01 is of generation 1, which takes a new adapter (app0) only while it is off. Shut it down",
  ],
  [
    "two adapters of one name",
    { vms: [{ name: "db-01", adapters: [{ name: "app0" }, { name: "app0" }] }] },
    undefined,
    {},
    "VM db-01 has 2 adapters app0. Rename all but one (Rename-VMNetworkAdapter)",
  ],
  [
    "a NIC that Network ATC owns",
    { release: "2025", intents: [{ name: "Compute", adapters: ["Ethernet 2"], types: ["Compute"] }] },
    undefined,
    {},
    "NIC Ethernet 2 belongs to the intent Compute of Network ATC, which undoes what others change",
  ],
  [
    "a host without Hyper-V",
    { role: "server" },
    undefined,
    {},
    "Hyper-V, with its module for Windows PowerShell is not installed. Install it",
  ],
  [
    "a NIC without SR-IOV",
    {},
    undefined,
    { uplinks: "Ethernet: { sriov: { numVfs: 4 } }, Ethernet 2: " },
    "NIC Ethernet can't do SR-IOV here (it has none)",
  ],
  [
    "SR-IOV that the firmware lacks",
    {
      nics: [
        { name: "Ethernet", mac: "b49691000001", sriov: { maximum: 8, support: "MissingAcs" } },
        { name: "Ethernet 2", mac: "b49691000002" },
      ],
    },
    undefined,
    { uplinks: "Ethernet: { sriov: { numVfs: 4 } }, Ethernet 2: " },
    "NIC Ethernet can't do SR-IOV here (MissingAcs)",
  ],
  [
    "an adapter of the host that others made",
    { switches: [{ name: "Hand", type: "Internal" }] },
    "Add-VMNetworkAdapter -ManagementOS -Name mgmt0 -SwitchName Hand",
    { host: "    hostPorts: { mgmt0: { portGroup: vs0/app } }" },
    "the management OS has an adapter mgmt0 that was not made by multiport",
  ],
  [
    "a team of others of the same name",
    {},
    "[void](New-NetLbfoTeam -Name vs0-team -TeamMembers 'Ethernet' -Confirm:$false)",
    LBFO,
    "team vs0-team exists and was not made by multiport",
  ],
  [
    "a NIC in a team of others",
    {},
    "[void](New-NetLbfoTeam -Name Hand -TeamMembers 'Ethernet 2' -Confirm:$false)",
    LBFO,
    "NIC Ethernet 2 is a member of team Hand. Take it out there first",
  ],
];

it.each(rows)("%s", async (_, scenario, byHand, choice, words) => {
  const lab = await startHyperv({ release: "2022", nics: NICS, vms: VMS, ...scenario });
  try {
    if (byHand !== undefined) await lab.byHand(byHand);
    const before = stateOf(lab.host);
    const calls = lab.host.machine.calls.length;
    const error = await lab.apply(file(choice)).then(
      () => undefined,
      (found: unknown) => found,
    );
    expect(error).toBeInstanceOf(ConflictError);
    expect((error as Error).message).toContain(words);
    expect(stateOf(lab.host)).toEqual(before);
    expect(lab.host.machine.calls.slice(calls).filter(({ cmdlet }) => !cmdlet.startsWith("Get-"))).toEqual([]);
    expect(lab.host.machine.failures).toEqual([]);
  } finally {
    await lab.host.stop();
  }
});

it("adapters that are not in the file keep their switch", async () => {
  const lab = await startHyperv({
    release: "2022",
    nics: NICS,
    vms: [{ name: "db-01" }, { name: "web-01", adapters: [{ name: "own" }] }],
  });
  try {
    await lab.apply(file());
    await lab.byHand("Connect-VMNetworkAdapter -VMName web-01 -Name own -SwitchName vs0");
    const error = await lab.remove(file()).then(
      () => undefined,
      (found: unknown) => found,
    );
    expect((error as Error).message).toContain(
      "virtual switch vs0 has to be removed, and adapters that are not in the file are on it: own of VM web-01. Connect them to another switch, or declare them",
    );
  } finally {
    await lab.host.stop();
  }
});
