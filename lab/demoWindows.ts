// The Windows machines of the demo as data: a Hyper-V host with its NICs and a VM that is there already, and the inside of that VM,
// which the lab does not join to its host. Pure.
import type { NicScenario } from "./windows/host/scenario";
import type { WindowsScenarios } from "./windowsProcess";

/** In milliseconds: shorter than on real hosts, so that a run which is interrupted in between leaves little to wait for. */
const TIMES = {
  rebind: 100,
  handBack: 100,
  interfaceReady: 50,
  addressCheck: 100,
  teamMember: 100,
  vfSwitch: 100,
  nicRestart: 100,
};

const adapter = (name: string, mac: string): NicScenario => ({
  name,
  mac,
  description: "Microsoft Hyper-V Network Adapter",
  driver: "netvsc.sys",
  externalSwitch: true,
});

export const demoWindows: WindowsScenarios = {
  "hv-01": {
    release: "2022",
    nics: [
      { name: "SLOT 3 Port 1", mac: "b49691000001", ip: { addresses: ["10.10.0.31/24"], gateway: "10.10.0.1" } },
      { name: "SLOT 5 Port 1", mac: "b49691000002" },
    ],
    vms: [{ name: "sql-01", state: "Running" }],
    // Its switch ports carry VLAN 10 untagged.
    management: { address: "10.10.0.31", gateway: "10.10.0.1" },
    times: TIMES,
  },
  "sql-01": {
    release: "2022",
    role: "server",
    nics: [adapter("Ethernet", "00155d100031"), adapter("Ethernet 2", "00155d100032")],
    times: TIMES,
  },
};
