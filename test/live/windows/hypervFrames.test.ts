// Jumbo frames of a Hyper-V host, as its networks have them: of the NICs below its switches and of the adapters of its management OS; set,
// drifted, refused, and put back. On the simulated host: lab/windows/README.md says what that proves.
import { afterEach, describe, expect, it } from "vitest";
import type { NicScenario, Scenario } from "../../../lab/windows/host/scenario.js";
import { ConflictError, RevertedError } from "../../../providers/engine/machineErrors.js";
import { formatChange } from "../../../providers/model/change.js";
import { type HypervLab, startHyperv, stateOf } from "./windowsLab.js";

/** Takes any number up to 9614. */
const CARD = "Mellanox ConnectX-5 Adapter";
const NICS: readonly NicScenario[] = [
  {
    name: "Ethernet",
    mac: "b49691000001",
    description: CARD,
    ip: { addresses: ["10.10.0.11/24"], gateway: "10.10.0.1" },
  },
  { name: "Ethernet 2", mac: "b49691000002", description: CARD },
  { name: "Ethernet 3", mac: "b49691000003", jumboPackets: [1514, 4014, 9216] },
];
const SCENARIO: Scenario = {
  release: "2019",
  nics: NICS,
  management: { address: "10.10.0.11", gateway: "10.10.0.1" },
  times: {
    rebind: 300,
    handBack: 600,
    boot: 3000,
    addressCheck: 300,
    interfaceReady: 100,
    teamMember: 500,
    nicRestart: 300,
  },
};

interface Choice {
  readonly kind?: string;
  readonly size?: number;
  readonly gateway?: string;
}

const file = ({ kind = "set", size = 9000, gateway = "10.10.0.1" }: Choice = {}) => `
environment: live
networks: { mgmt: {}, storage: { vlan: 30, mtu: ${size} }, backup: { mtu: 4000 } }
hosts:
  hv-01:
    platform: hyperv
    release: "2019"
    uplinks: { Ethernet: , Ethernet 2: , Ethernet 3: }
    virtualSwitches:
      vs0: { kind: ${kind}, uplinkTeam: { members: [Ethernet, Ethernet 2] }, portGroups: [mgmt, storage] }
      vs1: { uplinkTeam: { members: [Ethernet 3] }, portGroups: [backup] }
    hostPorts:
      mgmt0: { portGroup: vs0/mgmt, addresses: [10.10.0.11/24], gateway: ${gateway}, mtu: 1400 }
      storage0: { portGroup: vs0/storage, addresses: [10.30.0.11/24] }
`;

let lab: HypervLab | undefined;
afterEach(async () => {
  expect(lab?.host.machine.failures).toEqual([]);
  await lab?.host.stop();
  lab = undefined;
});

async function start(scenario: Partial<Scenario> = {}): Promise<HypervLab> {
  lab = await startHyperv({ ...SCENARIO, ...scenario });
  return lab;
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: unknown) => error as Error,
  );
}

const framesOf = ({ host }: HypervLab) =>
  Object.fromEntries(
    host.state.adapters.flatMap(({ alias, advanced }) =>
      advanced.flatMap(({ keyword, running }) => (keyword === "*JumboPacket" ? [[alias, running]] : [])),
    ),
  );

describe("large frames", () => {
  it.each(["set", "lbfo"])("are let through below a switch of kind %s, as far as each card needs", async (kind) => {
    const made = await start();
    const { apply, drift, byHand } = made;
    const { changes } = await apply(file({ kind }));
    expect(changes.map(formatChange)).toContain("jumbo.adapters.Ethernet.JumboPacketBytes: is 1514, wanted 9014");
    const wanted = {
      Ethernet: "9014",
      "Ethernet 2": "9014",
      "Ethernet 3": "4014",
      "vEthernet (mgmt0)": "1514",
      "vEthernet (storage0)": "9014",
    };
    expect(framesOf(made)).toEqual(wanted);
    expect((await apply(file({ kind }))).changes).toEqual([]);
    await byHand(
      "Set-NetAdapterAdvancedProperty -Name 'Ethernet 2' -RegistryKeyword '*JumboPacket' -RegistryValue 2000",
    );
    await byHand(
      "Set-NetAdapterAdvancedProperty -Name 'vEthernet (storage0)' -RegistryKeyword '*JumboPacket' -RegistryValue 1514",
    );
    expect(await drift(file({ kind }))).toEqual([
      'jumbo.adapters."Ethernet 2".JumboPacketBytes: is 2000, wanted 9014',
      'jumbo.adapters."vEthernet (storage0)".JumboPacketBytes: is 1514, wanted 9014',
      'tcpip.interfaces."vEthernet (storage0)".NlMtuBytes: is 1500, wanted 9000',
    ]);
    await apply(file({ kind }));
    expect(framesOf(made)).toEqual(wanted);
    // Smaller ones need no change of a card.
    await apply(file({ kind, size: 3000 }));
    expect(framesOf(made)).toEqual(wanted);
    expect(await drift(file({ kind, size: 3000 }))).toEqual([]);
  });

  it("are as before when the host is cut off by the change", async () => {
    const made = await start();
    await made.apply(file({ size: 2000 }));
    const before = [stateOf(made.host), framesOf(made)];
    expect(before[1]).toMatchObject({ Ethernet: "2014", "Ethernet 2": "2014", "vEthernet (storage0)": "4088" });
    expect(await failure(made.apply(file({ gateway: "10.10.0.254" }), 12))).toBeInstanceOf(RevertedError);
    expect([stateOf(made.host), framesOf(made)]).toEqual(before);
  });

  it("are refused before anything changes, of every card that does not carry them", async () => {
    const made = await start({
      nics: NICS.map((nic, at) => ({ ...nic, jumboPackets: [[1514, 4088], [], [1514]][at] ?? [] })),
    });
    const before = [stateOf(made.host), framesOf(made)];
    const error = await failure(made.apply(file()));
    expect(error).toBeInstanceOf(ConflictError);
    for (const told of [
      "NIC Ethernet carries frames of 4088 bytes at most (*JumboPacket: 1514, 4088), and frames of 9014 bytes are wanted of it",
      "NIC Ethernet 2 has no jumbo frames (no property *JumboPacket), and frames of 9014 bytes are wanted of it",
      "NIC Ethernet 3 carries frames of 1514 bytes at most (*JumboPacket: 1514), and frames of 4014 bytes are wanted of it",
    ])
      expect(error.message).toContain(told);
    expect([stateOf(made.host), framesOf(made)]).toEqual(before);
  });
});
