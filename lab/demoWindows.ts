// The Hyper-V host of the demo as data: its NICs, and a VM that is there already. Pure.
import type { WindowsScenarios } from "./windowsProcess";

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
  },
};
