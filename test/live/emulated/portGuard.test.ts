// The security of port groups on a real kernel: frames that a VM may not send or receive, on Open vSwitch and on a Linux bridge of the
// emulated host. Pairs of veth stand in for taps; a domain of libvirt shows that a tap is guarded when its VM starts. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../lab/netns/execute";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { checkEnvironmentText } from "../../../providers/engine/check.js";
import { Machine } from "../../../providers/engine/machine.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { formatChange } from "../../../providers/model/change.js";
import { formatProblem } from "../../../providers/model/problem.js";
import { kvm } from "../../../providers/platforms/kvm/index.js";
import { isWhole, whyNotEmulated } from "../emulated.js";

const reasons = whyNotEmulated("the security of port groups on the emulated host");

const OWN = "52:54:00:00:01:01";
const ROUTER = "00:00:5e:00:01:0a";
const FORGED = "52:54:00:00:01:99";
const OTHER = "52:54:00:00:01:02";
const UNKNOWN = "52:54:00:00:01:77";
const ALL = "ff:ff:ff:ff:ff:ff";
const GROUP = "01:00:5e:00:00:12";

/** Only a port whose group has security can be allowed more. */
const allowed = (security: string, ...macs: readonly string[]) =>
  security.includes("security") ? `, allowedMacs: [${macs.map((mac) => `"${mac}"`).join(", ")}]` : "";

/** A guarded and an open port on each kind of switch, and a VM of libvirt. */
const site = (security: string) => `environment: t
networks: { app: { vlan: 10 }, mgmt: { vlan: 20 } }
hosts:
  lab:
    platform: kvm
    ssh: { confirmSeconds: 240 }
    uplinks: { enp3s0: , enp4s0: }
    virtualSwitches:
      vs0: { uplinkTeam: { members: [enp3s0] }, portGroups: { app: ${security}, open: { network: app } } }
      br0: { kind: linux-bridge, uplinkTeam: { members: [enp4s0] }, portGroups: { app: ${security}, open: { network: app }, limited: { network: app, shaping: { ingress: { averageKbps: 8000 }, egress: { averageKbps: 16000 } } } } }
    libvirt: true
vms:
  a: { host: lab, ports: { p: { portGroup: vs0/app, interface: ovsa, mac: "${OWN}"${allowed(security, ROUTER)} } } }
  b: { host: lab, ports: { p: { portGroup: vs0/open, interface: ovsb, mac: "${OTHER}" } } }
  c: { host: lab, ports: { p: { portGroup: br0/app, interface: bra, mac: "52:54:00:00:01:03"${allowed(security, OWN, ROUTER)} } } }
  d: { host: lab, ports: { p: { portGroup: br0/open, interface: brb, mac: "52:54:00:00:01:04" } } }
  db: { host: lab, libvirt: {}, ports: { p: { portGroup: vs0/app, interface: dbp }, q: { portGroup: br0/limited, interface: dbq } } }
`;

const DOMAIN = `<domain type='qemu'><name>db</name><memory unit='MiB'>32</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><controller type='pci' model='pcie-root'/>${"<controller type='pci' model='pcie-root-port'/>".repeat(4)}<memballoon model='none'/></devices></domain>`;

/** Sends each frame from one interface, and says which of them came out at the other. */
const FRAMES = `import json, socket, struct, sys, time
there, here, frames = json.loads(sys.argv[1])
def opened(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
    s.bind((name, 0x88b5))
    s.settimeout(1)
    return s
mac = lambda text: bytes.fromhex(text.replace(":", ""))
out, into = opened(there), opened(here)
for number, (source, target) in enumerate(frames):
    out.send(mac(target) + mac(source) + b"\\x88\\xb5" + struct.pack("B", number) + bytes(50))
    time.sleep(0.05)
seen = set()
try:
    while True:
        frame, (_, _, kind, _, _) = into.recvfrom(2048)
        if kind != socket.PACKET_OUTGOING: seen.add(frame[14])
except TimeoutError: pass
print(json.dumps([number in seen for number in range(len(frames))]))
`;

const SWITCHES = [
  { kind: "Open vSwitch", guarded: "ovsa", open: "ovsb", plug: "true" },
  {
    kind: "a Linux bridge",
    guarded: "bra",
    open: "brb",
    plug: "for p in bra brb; do ip link set $p master br0; bridge vlan add dev $p vid 10 pvid untagged; done",
  },
];
type Switch = (typeof SWITCHES)[number];

const SENT = [
  [OWN, ALL, "its own"],
  [ROUTER, ALL, "an allowed one"],
  [FORGED, ALL, "a forged one"],
] as const;
const GOT = [
  [OTHER, OWN, "for it"],
  [OTHER, ROUTER, "for an allowed address"],
  [OTHER, ALL, "broadcast"],
  [OTHER, GROUP, "multicast"],
  [OTHER, UNKNOWN, "for another"],
] as const;
const GUARDED = {
  sent: ["its own", "an allowed one"],
  got: ["for it", "for an allowed address", "broadcast", "multicast"],
};
const UNGUARDED = { sent: SENT.map(([, , what]) => what), got: GOT.map(([, , what]) => what) };

describe.skipIf(reasons.length > 0)("the security of port groups", { timeout: 900_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "multiport-guard-"));
  let host: QemuHost;
  beforeAll(async () => {
    host = await QemuHost.start({ directory: join(scratch, "lab"), id: "guard", report: (line) => console.log(line) });
    await host.runOrThrow(`cat >/tmp/frames.py <<'PY'\n${FRAMES}PY\nsystemctl start libvirtd`, { timeoutSeconds: 120 });
    await host.runOrThrow(`cat >/tmp/db.xml <<'XML'\n${DOMAIN}\nXML\nvirsh -q define /tmp/db.xml`, {
      timeoutSeconds: 120,
    });
  });
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function up(security: string) {
    const { environment, problems } = checkEnvironmentText(site(security), "e.yaml");
    expect(problems.filter(({ severity }) => severity === "error").map(formatProblem)).toEqual([]);
    const [model] = environment?.kvmHosts ?? [];
    if (!environment || !model) throw new Error("no model");
    const machine = new Machine(kvm, (target) => connectSsh(target, {}, { configFile: host.sshConfig }));
    const words = toMachineWords(kvm, model, environment.name);
    const { changes } = await machine.apply({
      ssh: model.ssh,
      environment: environment.name,
      missingPackages: model.missingPackages,
      words,
    });
    return changes.map(formatChange);
  }
  const make = ({ guarded, open, plug }: Switch) =>
    host.runOrThrow(
      `for p in ${guarded} ${open}; do
  ip link del $p 2>/dev/null; ip link add $p type veth peer name x$p; ip link set $p up; ip link set x$p promisc on up
done; ${plug}; udevadm settle; for i in $(seq 50); do grep -q up /sys/class/net/x${open}/operstate && break; sleep 0.1; done; sleep 0.5`,
      { timeoutSeconds: 60 },
    );
  async function frames(from: string, to: string, rows: readonly (readonly [string, string, string])[]) {
    const request = JSON.stringify([`x${from}`, `x${to}`, rows.map(([source, target]) => [source, target])]);
    const came = JSON.parse(
      await host.runOrThrow(`python3 /tmp/frames.py '${request}'`, { timeoutSeconds: 60 }),
    ) as boolean[];
    return rows.filter((_, row) => came[row]).map(([, , what]) => what);
  }
  const passing = async ({ guarded, open }: Switch) => ({
    sent: await frames(guarded, open, SENT),
    got: await frames(open, guarded, GOT),
  });
  const all = async () => Object.fromEntries(await each(async (item) => [item.kind, await passing(item)] as const));
  const each = async <T>(work: (item: Switch) => Promise<T>) => {
    const results: T[] = [];
    for (const item of SWITCHES) results.push(await work(item));
    return results;
  };
  const everywhere = (what: object) => Object.fromEntries(SWITCHES.map(({ kind }) => [kind, what]));

  it("drops what is forged, and what is for others", async () => {
    expect((await up("{ network: app, security: {} }")).join("\n")).toContain("nftables");
    await each(make);
    expect(await all()).toEqual(everywhere(GUARDED));
  });

  it("is there again with an interface that is made anew, and after a restart of Open vSwitch and of nftables", async () => {
    await each(make);
    await host.runOrThrow("systemctl restart openvswitch-switch nftables; systemctl reload nftables", {
      timeoutSeconds: 120,
    });
    await host.runOrThrow("systemctl is-active multiport-nftables");
    expect(await all()).toEqual(everywhere(GUARDED));
  });

  it("has the tap of a VM from its start on", async () => {
    await host.runOrThrow("virsh -q start db --paused", { timeoutSeconds: 120 });
    await waitFor(
      { what: "the rules of the tap", seconds: 20 },
      async () =>
        (await host.run("nft list table netdev multiport-dbp | grep -c 'device \"dbp\"'")).stdout.trim() === "2" ||
        undefined,
    );
    expect(await host.runOrThrow("nft list table netdev multiport-dbp")).toContain(
      await host.runOrThrow("virsh -q domiflist db | awk '$1 == \"dbp\" { print $5 }'"),
    );
    // On a Linux bridge libvirt limits bandwidth with tc: towards the VM in a class, from it by a policer.
    const limits = await host.runOrThrow("tc class show dev dbq; tc filter show dev dbq parent ffff:");
    expect(limits).toMatch(/htb .* rate 16Mbit ceil 16Mbit/);
    expect(limits).toMatch(/police .* rate 8Mbit/);
  });

  it("is found to be gone, and put back", async () => {
    await host.runOrThrow("nft flush ruleset; nft add table netdev multiport-bra");
    // So the rules alone are what holds these frames up.
    expect(await all()).toEqual(everywhere(UNGUARDED));
    const changes = await up("{ network: app, security: {} }");
    expect(changes.filter((change) => /nftables.*(bra|ovsa|dbp)/.test(change)).length).toBeGreaterThanOrEqual(3);
    expect(await all()).toEqual(everywhere(GUARDED));
  });

  it.runIf(isWhole)("lets a VM have other addresses where it may, and no others' frames", async () => {
    await up("{ network: app, security: { macChanges: true, forgedTransmits: true } }");
    expect((await all())["Open vSwitch"]).toEqual({ sent: UNGUARDED.sent, got: GUARDED.got });
    await each(async ({ guarded, open }) => {
      await frames(guarded, open, [[UNKNOWN, ALL, "changed"]]);
      expect(await frames(open, guarded, GOT)).toEqual(UNGUARDED.got);
    });
  });

  it.runIf(isWhole)("leaves with the file", async () => {
    await up("{ network: app }");
    expect(await all()).toEqual(everywhere(UNGUARDED));
    expect(
      await host.runOrThrow(
        "nft list ruleset; ls -d /etc/multiport/nftables* /etc/systemd/system/*nftables* /etc/udev/rules.d/*nftables* 2>/dev/null || :",
      ),
    ).toBe("");
  });
});
