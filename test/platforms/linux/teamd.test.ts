// Team devices (teamd): their configuration as a bond, what has no counterpart, and what is not understood.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkEnvironmentSpec } from "../../../providers/engine/check.js";
import type { EnvironmentSpec } from "../../../providers/model/environment.js";
import { readTeamd, readTeamdText, TX_HASHES } from "../../../providers/platforms/linux/teamd/config.js";
import { teamToBond } from "../../../providers/platforms/linux/teamd/toBond.js";

const PORTS = { eth1: {}, eth2: {} };

function asBond(config: object): ReturnType<typeof teamToBond> {
  const read = readTeamd({ ports: PORTS, ...config });
  if ("faults" in read) throw new Error(read.faults.join("\n"));
  return teamToBond(read.config);
}

const CHANNEL = "runner.name: the bond counts on a static port channel on the switch, which a team did not ask for";
const MISSED = "link_watch.missed_max: a bond gives a member up after 2 missed answers, not 30";
const ping = (settings: object) => ({
  name: "arp_ping",
  interval: 100,
  missed_max: 2,
  target_host: "192.168.23.1",
  ...settings,
});

describe("a team as a bond", () => {
  it.each<[string, object, object, string[]]>([
    ["no runner is roundrobin", {}, { mode: "static", policy: "round-robin", resendIgmp: 0 }, [CHANNEL]],
    ["broadcast", { runner: { name: "broadcast" } }, { policy: "broadcast" }, []],
    [
      "random",
      { runner: { name: "random" } },
      { mode: "static", policy: "round-robin", resendIgmp: 0 },
      ["runner.name: a bond sends on no random member: round-robin spreads as evenly", CHANNEL],
    ],
    [
      "activebackup with equal ports",
      { runner: { name: "activebackup" } },
      { policy: "active-backup", failOverMac: "none", primaryReselect: "better" },
      [],
    ],
    [
      "activebackup, the port of the highest priority first",
      {
        runner: { name: "activebackup", hwaddr_policy: "by_active" },
        ports: { eth1: { prio: -10 }, eth2: { prio: 100 } },
      },
      { members: ["eth2", "eth1"], policy: "active-backup", failOverMac: "active" },
      [],
    ],
    [
      "activebackup, one port sticky",
      {
        runner: { name: "activebackup", hwaddr_policy: "only_active" },
        ports: { eth1: { prio: -10, sticky: true }, eth2: { prio: 100 } },
      },
      { members: ["eth2", "eth1"], policy: "active-backup", failOverMac: "follow", primaryReselect: "failure" },
      ["ports: sticky holds for some ports only, and primaryReselect: failure for all members"],
    ],
    [
      "three priorities",
      { runner: { name: "activebackup" }, ports: { a: { prio: 1 }, b: { prio: 3 }, c: { prio: 2 } } },
      { members: ["b", "c", "a"], policy: "active-backup", failOverMac: "none" },
      ["ports: a bond prefers one member; the priorities of the others are lost"],
    ],
    [
      "announcements",
      { runner: { name: "activebackup" }, notify_peers: { count: 3, interval: 50 }, mcast_rejoin: { count: 0 } },
      { policy: "active-backup", failOverMac: "none", primaryReselect: "better", peerNotifications: 3, resendIgmp: 0 },
      ["notify_peers.interval: the kernel has an interval of its own between bursts"],
    ],
    [
      "loadbalance as teamd hashes by itself",
      { runner: { name: "loadbalance" } },
      { mode: "static", policy: "ip-hash" },
      [CHANNEL],
    ],
    [
      "loadbalance that moves flows",
      { runner: { name: "loadbalance", tx_balancer: { name: "basic" } } },
      { policy: "load", peerNotifications: 0, resendIgmp: 0 },
      [
        "runner.tx_balancer: the kernel moves flows by the load of each member, and by no hash and interval of your own",
      ],
    ],
    [
      "a hash of MAC addresses",
      { runner: { name: "loadbalance", tx_hash: ["eth"] } },
      { mode: "static", policy: "source-mac" },
      [CHANNEL],
    ],
    [
      "a hash that no bond has",
      { runner: { name: "loadbalance", tx_hash: ["eth", "vlan", "ipv4"] } },
      { mode: "static", policy: "ip-hash" },
      ["runner.tx_hash: policy ip-hash comes next, without VLAN and with IPv6 addresses besides", CHANNEL],
    ],
    [
      "LACP with all that it has",
      {
        runner: {
          name: "lacp",
          active: false,
          fast_rate: true,
          tx_hash: ["l3", "l4"],
          min_ports: 2,
          agg_select_policy: "bandwidth",
          sys_prio: 100,
        },
        ports: { eth1: { lacp_prio: 10, queue_id: 1 }, eth2: { lacp_key: 7 } },
      },
      {
        mode: "lacp",
        policy: "transport-ports",
        lacpRate: "fast",
        lacpRole: "passive",
        minLinks: 2,
        adSelect: "bandwidth",
      },
      [
        "runner.sys_prio: the file has no key for the priority of the system",
        "ports.eth1.lacp_prio: members of a bond have no priority of LACP",
        "ports.eth2.lacp_key: the kernel makes the key by the speed of a member",
        "ports.eth1.queue_id: the file has no key for the queue of a member",
      ],
    ],
    [
      "LACP with a choice of its own",
      {
        runner: { name: "lacp", agg_select_policy: "port_config", tx_balancer: { name: "basic" } },
        notify_peers: { count: 1 },
      },
      { mode: "lacp", policy: "ip-hash", lacpRate: "slow" },
      [
        "runner.agg_select_policy: a bond chooses no group of members by port_config: it stays with the one it has",
        "runner.tx_balancer: with LACP the kernel leaves a flow on the member that its hash gave it",
        "notify_peers.count: a bond of this mode sends no such bursts",
      ],
    ],
    [
      "delays",
      { runner: { name: "lacp" }, link_watch: { name: "ethtool", delay_up: 2500, delay_down: 1010 } },
      { mode: "lacp", policy: "ip-hash", lacpRate: "slow", upDelayMilliseconds: 2500, downDelayMilliseconds: 1100 },
      ["link_watch.delay_down: a delay is a multiple of monitorMilliseconds: 1100 for 1010"],
    ],
    [
      "ARP",
      {
        runner: { name: "activebackup" },
        link_watch: ping({ missed_max: 30, validate_active: true, send_always: true }),
      },
      {
        policy: "active-backup",
        failOverMac: "none",
        primaryReselect: "better",
        arpMonitor: { intervalMilliseconds: 100, targets: ["192.168.23.1"], validate: "active" },
      },
      [MISSED, "link_watch.send_always: a bond of active-backup asks on the active member"],
    ],
    [
      "two watchers",
      {
        runner: { name: "broadcast" },
        link_watch: [ping({}), ping({ interval: 50, target_host: "192.168.24.1" }), { name: "ethtool" }],
      },
      { policy: "broadcast", arpMonitor: { intervalMilliseconds: 100, targets: ["192.168.23.1", "192.168.24.1"] } },
      [
        "link_watch.interval: all targets are asked every 100 ms, not every 50",
        "link_watch: a bond has one monitor: with ARP it does not look at the link",
      ],
    ],
    [
      "ARP of a name",
      { runner: { name: "broadcast" }, link_watch: ping({ target_host: "gw" }) },
      { policy: "broadcast" },
      ['link_watch: arp_ping: a bond asks IPv4 addresses, and target_host is "gw", and the bond watches the link'],
    ],
    [
      "ARP with LACP",
      { runner: { name: "lacp" }, link_watch: ping({}) },
      { mode: "lacp", policy: "ip-hash", lacpRate: "slow" },
      ["link_watch: arp_ping: a bond of this mode has no ARP monitor, and the bond watches the link"],
    ],
    [
      "IPv6",
      {
        runner: { name: "broadcast" },
        link_watch: { name: "nsna_ping", interval: 100, target_host: "fe80::1" },
        hwaddr: "52:54:00:00:00:01",
      },
      { policy: "broadcast" },
      [
        "link_watch: nsna_ping: the file has no key for IPv6 targets, and the bond watches the link",
        "hwaddr: a bond has the MAC address of its first member, and the file has no key for another",
      ],
    ],
  ])("%s", (_, config, keys, remarks) => {
    const { bond, remarks: found } = asBond(config);
    expect(bond).toEqual({ members: ["eth1", "eth2"], ...keys });
    expect(found.map(({ path, reason }) => `${path}: ${reason}`)).toEqual(remarks);
  });

  const watch = fc.oneof(
    fc.record(
      { name: fc.constant("ethtool" as const), delay_up: fc.nat(), delay_down: fc.nat() },
      { requiredKeys: ["name"] },
    ),
    fc.record(
      {
        name: fc.constant("arp_ping" as const),
        interval: fc.nat(),
        target_host: fc.oneof(fc.ipV4(), fc.domain()),
        missed_max: fc.nat(),
        validate_active: fc.boolean(),
        validate_inactive: fc.boolean(),
      },
      { requiredKeys: ["name", "interval", "target_host"] },
    ),
  );
  const config: fc.Arbitrary<object> = fc.record(
    {
      runner: fc.record(
        {
          name: fc.constantFrom("broadcast", "roundrobin", "random", "activebackup", "loadbalance", "lacp"),
          hwaddr_policy: fc.constantFrom("same_all", "by_active", "only_active"),
          tx_hash: fc.uniqueArray(fc.constantFrom(...TX_HASHES)),
          tx_balancer: fc.record({ name: fc.constant("basic") }),
          active: fc.boolean(),
          fast_rate: fc.boolean(),
          sys_prio: fc.nat(65_535),
          min_ports: fc.nat(2),
          agg_select_policy: fc.constantFrom("lacp_prio", "lacp_prio_stable", "bandwidth", "count", "port_config"),
        },
        { requiredKeys: ["name"] },
      ),
      notify_peers: fc.record({ count: fc.nat(1000), interval: fc.nat() }, { requiredKeys: [] }),
      mcast_rejoin: fc.record({ count: fc.nat(1000), interval: fc.nat() }, { requiredKeys: [] }),
      link_watch: fc.oneof(watch, fc.array(watch, { maxLength: 3 })),
      ports: fc.record({
        eth1: fc.record({ prio: fc.integer(), sticky: fc.boolean() }, { requiredKeys: [] }),
        eth2: fc.constant({}),
      }),
    },
    { requiredKeys: ["runner", "ports"] },
  );

  it("of any configuration is one that the file takes", () => {
    fc.assert(
      fc.property(config, (given) => {
        const { environment, problems } = checkEnvironmentSpec(siteWith(asBond(given).bond));
        const wrong = problems.filter(
          ({ rule, severity }) => severity === "error" && /^(schema|unsupported|reference)$/.test(rule),
        );
        expect(wrong).toEqual([]);
        expect(environment?.virtualMachines[0]?.guest?.bonds).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });
});

/** Over virtual functions, where a port channel may be. */
function siteWith(bond: object): EnvironmentSpec {
  const sriov = { numVfs: 1, vfs: { trust: true } };
  const port = (vf: string, mac: string) => ({ network: "app", vf, mac });
  return {
    environment: "t",
    networks: { app: {} },
    hosts: { k: { platform: "kvm", uplinks: { up1: { sriov }, up2: { sriov } } } },
    vms: {
      v: {
        host: "k",
        ports: { eth1: port("up1", "52:54:00:00:00:01"), eth2: port("up2", "52:54:00:00:00:02") },
        guest: { os: "linux" },
        bonds: { team0: bond },
      },
    },
  } as EnvironmentSpec;
}

describe("what is not understood", () => {
  it.each<[string, unknown, string[]]>([
    ["a runner", { runner: { name: "hash" } }, ['runner.name: "hash" is not understood (Invalid option']],
    ["an option", { runner: { name: "lacp", rate: "fast" } }, ['runner.rate: "fast" is no option of teamd.conf(5)']],
    [
      "a fragment",
      { runner: { name: "lacp", tx_hash: ["eth", "mac"] } },
      ['runner.tx_hash[1]: "mac" is not understood'],
    ],
    ["a port", { ports: { eth1: { prio: "high" } } }, ['ports.eth1.prio: "high" is not understood']],
    ["a watcher", { link_watch: { name: "ping" } }, ['link_watch[0].name: "ping" is not understood']],
    [
      "no target",
      { link_watch: { name: "arp_ping", interval: 5 } },
      ["link_watch[0].target_host: nothing is not understood"],
    ],
    ["two at once", { device: 5, hwaddr: [] }, ["device: 5 is not understood", "hwaddr: [] is not understood"]],
    ["a list", [], ["[] is not understood"]],
  ])("%s", (_, given, faults) => {
    const read = readTeamd(given);
    if (!("faults" in read)) throw new Error("it was taken");
    expect(read.faults).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });

  it("no JSON", () => {
    expect(readTeamdText("{")).toEqual({ faults: [expect.stringMatching(/^is no JSON: /)] });
  });
});
