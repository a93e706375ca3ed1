// Bonds, bridges and VLAN devices on a real kernel, written by each of the renderers: after every change the kernel says what the
// file says, option by option, and after a restart it still does. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../lab/netns/execute";
import { macOf } from "../../../lab/qemu/emulator";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { findOnPath } from "../../../lab/toolchain/command";
import { linux } from "../../../providers/platforms/linux/index.js";
import { toLinuxWords } from "../../../providers/platforms/linux/toWords.js";
import { BARE_LINK, type LinuxWords, type RendererName } from "../../../providers/platforms/linux/words.js";
import { modelOf } from "../../model/given.js";
import { sampled, whyNotEmulated } from "../emulated.js";
import { LinuxMachine } from "../linuxChange.js";
import { IN_USE } from "../rendererInUse.js";

const reasons = whyNotEmulated("the network devices of the emulated host");

/** Every case follows on the one before it: what changes in place, what is made anew, and what leaves. */
const STEPS: Readonly<Record<string, string>> = {
  "active-backup with all its settings":
    "members: [enp1s0, app2], monitorMilliseconds: 50, upDelayMilliseconds: 120, failOverMac: active, peerNotifications: 2, resendIgmp: 0, allMembersActive: true, failback: false",
  "other delays and the other NIC preferred":
    "members: [app2, enp1s0], monitorMilliseconds: 100, downDelayMilliseconds: 300, failOverMac: active, peerNotifications: 0",
  "ARP monitoring":
    "members: [app2, enp1s0], failOverMac: active, arpMonitor: { intervalMilliseconds: 250, targets: [10.10.0.1, 10.10.0.2], validate: filter-active, allTargets: true }",
  "LACP with a hash that networkd does not know":
    "members: [enp1s0, app2], mode: lacp, policy: vlan-source-mac, lacpRate: slow, lacpRole: passive, adSelect: bandwidth, minLinks: 1",
  "LACP fast": "members: [enp1s0, app2], mode: lacp, hashInnerPacket: true",
  "by turns": "members: [enp1s0, app2], mode: static, policy: round-robin, packetsPerMember: 0",
  "by hash": "members: [enp1s0, app2], mode: static",
  broadcast: "members: [enp1s0, app2], policy: broadcast",
  "by load": "members: [enp1s0, app2], policy: load",
  "by load, both ways": "members: [enp1s0, app2], policy: adaptive-load",
  "one NIC more": "members: [enp1s0, app2, app4], policy: adaptive-load",
  "one NIC less": "members: [enp1s0, app4], policy: adaptive-load",
};

/**
 * The cases in which most differs from the one before, and the tools need the most help. networkd does the same for netplan: of what it is
 * told by files of its own there are fewer.
 */
const SAMPLE: Readonly<Record<RendererName, readonly string[]>> = {
  netplan: [
    "active-backup with all its settings",
    "ARP monitoring",
    "LACP with a hash that networkd does not know",
    "by turns",
    "by load, both ways",
    "one NIC more",
    "one NIC less",
  ],
  networkd: ["LACP with a hash that networkd does not know", "one NIC less"],
  NetworkManager: ["active-backup with all its settings", "other delays and the other NIC preferred"],
  ifupdown: ["active-backup with all its settings", "other delays and the other NIC preferred"],
};

/** Two NICs have names of their own: one is known by its MAC address, one by its PCI path. */
const NICS = { app2: { mac: macOf(2) }, app4: { pci: "0000:04:00.0" } };

/** On the switch; it ends with the test. */
const DHCP_SERVER = [
  ...[
    "dnsmasq",
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--port=0",
    "--interface=core",
    "--bind-interfaces",
    "--user=root",
  ],
  ...["--no-ping", "--dhcp-authoritative", "--log-facility=/dev/null", "--dhcp-leasefile=/dev/null", "--pid-file="],
  "--dhcp-range=10.40.0.100,10.40.0.199,255.255.255.0,1h",
];
const hasServer = findOnPath("dnsmasq") !== undefined;
if (!hasServer)
  console.warn("left out: dnsmasq is not installed, so nobody gives a lease (apt-get install dnsmasq-base)");

function wordsOf(team: string, renderer: RendererName, more = ""): LinuxWords {
  const [host] = modelOf(`environment: live
networks: { app: { vlan: 10, mtu: 9000 }, trunk: { vlans: [100-110, 300], native: 5 }, mgmt: { vlan: 20 }, plain: {} }
hosts:
  lab:
    platform: kvm
    renderer: ${renderer}
    uplinks: { enp1s0: { pci: "0000:01:00.0" }, app2: , enp3s0: , app4: }
    virtualSwitches:
      br0: { kind: linux-bridge, uplinkTeam: { ${team} }, portGroups: [app, trunk, mgmt] }
      br1: { kind: linux-bridge, spanningTree: true, uplinkTeam: { members: [enp3s0] }, portGroups: [plain] }
    hostPorts:
      host20: { portGroup: br0/mgmt, addresses: [10.20.0.2/24, "fd00:20::2/64"], gateway: 10.20.0.1 }
      br1: { portGroup: br1/plain, addresses: [10.30.0.2/24] }
${more}`).kvmHosts;
  if (!host) throw new Error("no host");
  const words = toLinuxWords(host);
  // Where the bond does not have it, one of them gets its address by DHCP. ifupdown has no client here: it is tried in a namespace.
  const isFree = words.links.app4 === undefined && renderer !== "ifupdown";
  const app4 = { ...BARE_LINK, dhcp4: true };
  return { ...words, links: { ...words.links, ...(isFree ? { app4 } : {}) }, nics: NICS };
}

/** A bond and a bridge with the host's own address: what an administrator may have made before. */
function adoptedWords(monitorMilliseconds: number): LinuxWords {
  const [host] = modelOf(`environment: live
networks: { plain: {} }
hosts:
  lab:
    platform: kvm
    uplinks: { enp1s0: , enp2s0: }
    virtualSwitches:
      br1:
        kind: linux-bridge
        uplinkTeam: { members: [enp1s0, enp2s0], name: bond0, monitorMilliseconds: ${monitorMilliseconds} }
        portGroups: [plain]
    hostPorts: { br1: { portGroup: br1/plain, addresses: [10.30.0.2/24] } }
`).kvmHosts;
  if (!host) throw new Error("no host");
  return toLinuxWords(host);
}

/**
 * The same by an administrator's hand: no mark, and nothing that would make it at the next boot. Without its broadcast address an address is
 * another one to networkd, which then sets it anew.
 */
const BY_HAND = `set -e
ip link add bond0 type bond mode active-backup miimon 100
ip link add br1 type bridge vlan_filtering 1 vlan_default_pvid 0
for nic in enp1s0 enp2s0; do ip link set "$nic" down; ip link set "$nic" master bond0; ip link set "$nic" up; done
ip link set bond0 type bond primary enp1s0
ip link set bond0 master br1
ip link set bond0 up
ip link set br1 up
bridge vlan add dev bond0 vid 1 pvid untagged
bridge vlan add dev br1 vid 1 pvid untagged self
ip address add 10.30.0.2/24 brd + dev br1
`;

// A restart takes a minute and a half while others work too; as long as the lab waits for one, a test of it may take.
const timeout = 900_000;

describe.skipIf(reasons.length > 0)("network devices of the emulated host", { timeout }, () => {
  let scratch: string;
  let host: QemuHost;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-linux-"));
    host = await QemuHost.start({ directory: join(scratch, "lab"), id: "linux", report: (line) => console.log(line) });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  describe("of an administrator", () => {
    const CORE = "10.30.0.1";
    let machine: LinuxMachine;
    beforeAll(async () => {
      await host.rollBack();
      machine = new LinuxMachine(host);
      const ports = ["p1", "p2"].map((name) => ({ name, native: 30 }));
      await host.switch.setUp({ ports, core: [{ name: "core", vlan: 30, address: `${CORE}/24` }] });
      await host.runOrThrow(BY_HAND);
      await waitFor({ what: "the bond to carry a ping", seconds: 60 }, async () => {
        const { code } = await host.run(`ping -c 1 -W 1 ${CORE}`);
        return code === 0 ? true : undefined;
      });
    });

    it("are left alone where they are not as wanted, with what differs", async () => {
      await expect(machine.apply(adoptedWords(50))).rejects.toThrow(
        /^bond0 exists, is a device of kind bond, is not multiport's and is not as it is wanted \(miimon: is 100, wanted 50\)\. [^\n]*$/,
      );
    });

    it("are taken over where they are as wanted, and not a packet is lost", async () => {
      const words = adoptedWords(100);
      const indexes = () => host.runOrThrow("cat /sys/class/net/bond0/ifindex /sys/class/net/br1/ifindex");
      const before = await indexes();
      await host.runOrThrow(`ping -i 0.1 ${CORE} >/root/ping.log 2>&1 & echo $! >/root/ping.pid`);
      await machine.apply(words);
      // What is still under way when it ends is not lost: there is no gap in what was answered.
      const said = await host.runOrThrow(
        `ping -c 1 -W 5 ${CORE} >/dev/null && kill -INT $(cat /root/ping.pid) && cat /root/ping.log`,
      );
      const answered = [...said.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number));
      expect(answered.length).toBeGreaterThan(20);
      expect(answered).toEqual(answered.map((_, index) => index + 1));
      expect(await indexes()).toBe(before);
      expect(await machine.differences(words)).toEqual([]);
      // From now on they are ours, and at the next boot ours makes them.
      expect((await machine.facts()).links.get("bond0")?.ifalias).toBe("multiport live");
      expect(Object.keys(machine.files)).toContain("/etc/netplan/60-multiport.yaml");
    });
  });

  describe.each(["netplan", "networkd", "NetworkManager", "ifupdown"] as const)("by %s", (renderer) => {
    let machine: LinuxMachine;
    let last = "";
    let server: ReturnType<QemuHost["switch"]["start"]> | undefined;
    beforeAll(async () => {
      await host.rollBack();
      await host.runOrThrow(IN_USE[renderer]);
      machine = new LinuxMachine(host);
      server?.kill();
      await host.switch.setUp({
        ports: [{ name: "p4", native: 40 }],
        core: [{ name: "core", vlan: 40, address: "10.40.0.1/24" }],
      });
      server = host.switch.start(DHCP_SERVER);
    });
    afterAll(() => void server?.kill());

    const steps = sampled(Object.entries(STEPS), ([name]) => SAMPLE[renderer].includes(name), `changes by ${renderer}`);
    it.each(steps)("%s", async (_, team) => {
      last = team;
      const words = wordsOf(team, renderer);
      await machine.apply(words);
      expect(await machine.differences(words)).toEqual([]);
      if (words.links.app4?.dhcp4 && hasServer) await expect.poll(() => ailing(words), { timeout: 60_000 }).toEqual([]);
    });

    /** Devices without a lease; there is no switch for the bonds. */
    async function ailing(words: LinuxWords): Promise<readonly string[]> {
      return linux.unhealthy({ ...words, bonds: {} }, await machine.facts());
    }

    it("takes the same change once more", async () => {
      const words = wordsOf(last, renderer);
      await machine.apply(words);
      expect(await machine.differences(words)).toEqual([]);
    });

    it("is the same after a restart of the host", async () => {
      await host.reboot();
      // networkd names the preferred NIC of a bond some seconds after it is a member, and waits for nothing else of the start.
      await expect
        .poll(() => machine.differences(wordsOf(last, renderer)), { timeout: 60_000, interval: 2000 })
        .toEqual([]);
    });

    it("leaves nothing of ours when it is removed", async () => {
      await machine.apply({ renderer: null, bonds: {}, bridges: {}, vlans: {}, links: {} });
      const { links } = await machine.facts();
      // The names stay until the next start.
      expect([...links.keys()].sort()).toEqual(["app2", "app4", "enp1s0", "enp3s0", "lo", "mgmt0"]);
      expect([...links.values()].filter(({ master }) => master)).toEqual([]);
    });
  });
});
