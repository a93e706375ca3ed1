// A machine's settings in a report: what somebody notices comes first, and what only leaves the file is said to stay.
import { describe, expect, it } from "vitest";
import { toMarkdown } from "../../cli/markdown.js";
import { machineDetail } from "../../cli/report/machineDetail.js";
import { hyperv } from "../../providers/platforms/hyperv/index.js";

const adapter = (allowTeaming: string, vlan: number) => ({
  sql: { App: { AllowTeaming: allowTeaming, vlan: { AccessVlanId: vlan } } },
});
const configuration = (kind: string, allowTeaming: string, vlan: number) => ({
  vmswitch: {
    switches: { vs0: { BandwidthReservationMode: kind } },
    managementAdapters: {},
    vms: adapter(allowTeaming, vlan),
  },
});
const detail = machineDetail(hyperv, {
  action: "update",
  before: { configuration: configuration("Absolute", "Off", 30), vmswitch: "one" },
  after: { configuration: configuration("Weight", "On", 35), vmswitch: "two" },
});

describe("settings of a machine", () => {
  it("are told with what each disturbs, the worst first", () => {
    expect(detail.disruption).toBe("outage");
    expect(detail.summary).toEqual([
      { title: 'vmswitch.switches.vs0.BandwidthReservationMode: "Absolute" → "Weight"', disruption: "outage" },
      { title: "vmswitch.vms.sql.App.vlan.AccessVlanId: 30 → 35", disruption: "brief" },
      { title: 'vmswitch.vms.sql.App.AllowTeaming: "Off" → "On"', disruption: "none" },
    ]);
  });

  it("that interrupt stand at the top of the comment", () => {
    const change = { ...detail, name: "hv-01", type: "t", kind: "Hyper-V host", action: "update" as const };
    const about = { id: "a/b", environment: "b", problems: [], errors: [], messages: [], others: [], below: [] };
    expect(toMarkdown({ ...about, changes: [change] })).toContain(
      '### 🔴 Outages\n\n- `hv-01`: `vmswitch.switches.vs0.BandwidthReservationMode: "Absolute" → "Weight"`\n',
    );
  });

  it("that leave the file and stay on the machine are said to", () => {
    const words = { nics: { nics: { Ethernet: { Enabled: true, NumVFs: 8 } } } };
    const left = machineDetail(hyperv, {
      action: "update",
      before: { configuration: words, nics: "Set-NetAdapterSriov" },
      after: { configuration: {} },
    });
    expect(left).toMatchObject({
      disruption: "none",
      summary: [{ title: "nics.nics.Ethernet: removed; on the machine it stays as it is", disruption: "none" }],
    });
  });
});
