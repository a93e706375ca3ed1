// libvirt on a host with hardware: a VM (without an operating system) on a Linux bridge that filters VLANs, and with a virtual function
// beside a virtio card, made by the engine over SSH. What the kernel, the card and libvirt say afterwards counts. I/O.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QemuHost } from "../../../lab/qemu/qemuHost";
import { apply, startApply } from "../applyRun.js";
import { whyNotEmulated } from "../emulated.js";

const reasons = whyNotEmulated("libvirt on the emulated host");

interface Choice {
  readonly vlan?: number;
  readonly numVfs?: number;
  readonly vms?: string;
}

const WEB = `
  web:
    host: lab
    libvirt: {}
    ports:
      app0: { portGroup: br0/app }
      sto0: { portGroup: br0/storage, vf: enp3s0, libvirt: { failover: true } }`;

const environment = ({ vlan = 10, numVfs = 2, vms = WEB }: Choice = {}) => `environment: t
networks: { app: { vlan: ${vlan} }, storage: { vlan: 20 } }
hosts:
  lab:
    platform: kvm
    renderer: networkd
    uplinks: { enp1s0: , enp2s0: , enp3s0: { sriov: { numVfs: ${numVfs} } } }
    virtualSwitches:
      br0: { kind: linux-bridge, uplinkTeam: { members: [enp1s0, enp2s0] }, portGroups: [app, storage] }
    libvirt: true
${vms === "" ? "" : `vms:${vms}`}
`;

const DOMAIN = `<domain type='qemu'>
  <name>web</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
  <devices>
    <controller type='pci' model='pcie-root'/>
    ${"<controller type='pci' model='pcie-root-port'/>".repeat(6)}
    <memballoon model='none'/>
  </devices>
</domain>`;

describe.skipIf(reasons.length > 0)("a VM of libvirt on the emulated host", { timeout: 300_000 }, () => {
  let scratch: string;
  let host: QemuHost;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "multiport-libvirt-host-"));
    host = await QemuHost.start({
      directory: join(scratch, "lab"),
      id: "libvirt",
      report: (line) => console.log(line),
    });
    await host.runOrThrow("cat >/root/web.xml; virsh -q define /root/web.xml", { input: DOMAIN, timeoutSeconds: 60 });
  }, 1_200_000);
  afterAll(async () => {
    await host?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const up = (choice?: Choice) => apply(environment(choice), host.sshConfig);
  const json = async <T>(command: string): Promise<T> => JSON.parse(await host.runOrThrow(command)) as T;

  /** The interfaces of the running VM, one line each: kind, MAC address, device of the host, teaming. */
  const cards = async () =>
    (await host.runOrThrow("virsh dumpxml web")).match(/<interface [\s\S]*?<\/interface>/g)?.map((xml) => ({
      kind: /<interface type='(\w+)'/.exec(xml)?.[1],
      mac: /<mac address='([^']+)'/.exec(xml)?.[1],
      device: /<target dev='([^']+)'/.exec(xml)?.[1],
      teaming: /<teaming type='(\w+)'/.exec(xml)?.[1],
      function: /<address type='pci' domain='0x0000' bus='0x(..)' slot='0x(..)' function='0x(.)'\/>\s*<\/source>/
        .exec(xml)
        ?.slice(1),
    })) ?? [];

  /** VLANs of a port of the bridge, the one of untagged frames with a star. */
  const vlans = async (device: string) => {
    const [port] = await json<{ vlans: { vlan: number; flags?: string[] }[] }[]>(`bridge -j vlan show dev ${device}`);
    return port?.vlans.map(({ vlan, flags = [] }) => `${vlan}${flags.includes("PVID") ? "*" : ""}`);
  };

  it("gets its cards with the bridge and the functions in one change, and a second look finds nothing to do", async () => {
    const { changes } = await up();
    expect(new Set(changes?.map((path) => path.split(".")[0]))).toEqual(new Set(["sriov", "linux", "libvirt"]));
    expect((await up()).changes).toEqual([]);
  });

  it("starts with its VLAN on the bridge, and a function with its MAC address and VLAN beside a card of the same", async () => {
    await host.runOrThrow("virsh -q start web", { timeoutSeconds: 90 });
    const [app, ...pair] = await cards();
    expect(await vlans(app?.device ?? "")).toEqual(["10*"]);
    expect(pair.map(({ kind, teaming }) => [kind, teaming])).toEqual([
      ["bridge", "persistent"],
      ["hostdev", "transient"],
    ]);
    const [card, functionCard] = pair;
    expect(card?.mac).toBe(functionCard?.mac);
    expect(await vlans(card?.device ?? "")).toEqual(["20*"]);
    const address = `0000:${functionCard?.function?.[0]}:${functionCard?.function?.[1]}.${functionCard?.function?.[2]}`;
    expect(await host.runOrThrow(`basename $(readlink -f /sys/bus/pci/devices/${address}/driver)`)).toBe("vfio-pci");
    const [port] =
      await json<{ vfinfo_list: { address: string; vlan_list?: { vlan: number }[] }[] }[]>("ip -d -j link show enp3s0");
    expect(port?.vfinfo_list.filter((each) => each.address === card?.mac)).toEqual([
      expect.objectContaining({ vlan_list: [expect.objectContaining({ vlan: 20 })] }),
    ]);
    expect((await up()).changes).toEqual([]);
  });

  it("takes another VLAN while it runs, on the bridge as well, and keeps its cards", async () => {
    const before = await cards();
    await up({ vlan: 11 });
    expect(await vlans(before[0]?.device ?? "")).toEqual(["11*"]);
    expect(await cards()).toEqual(before);
  });

  it("keeps its function: another number of them is refused with its name", async () => {
    const outcome = await startApply(environment({ vlan: 11, numVfs: 3 }), host.sshConfig).outcome;
    expect(outcome?.error).toBe("ConflictError");
    expect(outcome?.message).toMatch(/web/);
  });

  it("leaves with all that was ours", async () => {
    await host.runOrThrow("virsh -q destroy web", { timeoutSeconds: 60 });
    await up({ vlan: 11, vms: "" });
    expect(await host.runOrThrow("virsh dumpxml --inactive web | grep -c '<interface ' || true")).toBe("0");
    expect((await host.run("virsh -q net-info br0")).code).toBe(0);
  });
});
