// The first start of a VM with its seed, whole: `up` of its host puts the disc into the VM, Debian with its own cloud-init starts from it under
// QEMU, and the guest has what the file says before anything was done in it; so it has after another start. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../lab/netns/execute";
import type { NetnsLab } from "../../../lab/netns/runningLab";
import { agentAnswers, defineVm } from "../../../lab/qemu/libvirtVm";
import { NotStartedError } from "../../../providers/engine/firstStart.js";
import { Machine } from "../../../providers/engine/machine.js";
import type { Connect } from "../../../providers/engine/machineAccess.js";
import { toMachineWords } from "../../../providers/engine/machineWords.js";
import { GuestAgentHost } from "../../../providers/host/guestAgent.js";
import { connectSsh } from "../../../providers/host/ssh.js";
import { formatChange } from "../../../providers/model/change.js";
import { cloudInit } from "../../../providers/platforms/kvm/cloudInit/index.js";
import { kvm } from "../../../providers/platforms/kvm/index.js";
import { libvirt } from "../../../providers/platforms/kvm/libvirt/index.js";
import { linuxGuests } from "../../../providers/platforms/linuxGuest/index.js";
import { modelOf } from "../../model/given.js";
import { isWhole, whyNotEmulated } from "../emulated.js";
import { type LibvirtMachine, startLibvirtMachine } from "../libvirtMachine.js";

const reasons = whyNotEmulated("the first start of a VM with a seed");
if (!isWhole)
  console.warn(
    "left out, the second start of a VM with a seed: emulated boots are slow; MULTIPORT_EMULATED=all runs it",
  );

const HOST = "kvm-01";
const DOMAIN = "database";

const SITE = modelOf(`
environment: t
networks:
  trunk: { vlans: [30-31] }
  app: { vlan: 31, subnet: 10.31.0.0/24, gateway: 10.31.0.1 }
  storage: { vlan: 30, subnet: 10.30.0.0/24, gateway: 10.30.0.1 }
hosts:
  ${HOST}:
    platform: kvm
    uplinks: { ens1: , ens2: }
    virtualSwitches:
      vs0: { datapath: netdev, uplinkTeam: { members: [ens1, ens2] }, portGroups: [trunk] }
    libvirt: true
vms:
  db-01:
    host: ${HOST}
    libvirt: { domain: ${DOMAIN} }
    guest: { os: linux, renderer: netplan, guestAgent: { confirmSeconds: 300 }, cloudInit: { hostname: db-01.example.net } }
    ports: { p0: { portGroup: vs0/trunk, libvirt: { model: e1000e } }, p1: { portGroup: vs0/trunk, libvirt: { model: e1000e } } }
    bonds:
      bond0:
        members: [p0, p1]
        interfaces:
          app: { addresses: [10.31.0.11/24, "fd00:31::11/64"], gateway: 10.31.0.1 }
          storage: { addresses: [10.30.0.11/24], gateway: 10.30.0.1, routingTable: 100 }
`);

describe.skipIf(reasons.length > 0)("a VM with a seed", { timeout: 600_000 }, () => {
  let machine: LibvirtMachine;
  let lab: NetnsLab;

  beforeAll(async () => {
    machine = await startLibvirtMachine(HOST, `f${process.pid}`);
    lab = machine.lab;
    await onHost("ovs-vsctl --timeout=10 add-br vs0 -- set Bridge vs0 datapath_type=netdev");
    await defineVm({ lab, machine: HOST, domain: DOMAIN, image: machine.image, isFresh: true });
  }, 1_200_000);
  afterAll(async () => {
    await machine?.stop();
  });

  const ssh = (target: Parameters<Connect>[0]) => connectSsh(target, {}, { configFile: lab.sshConfig });
  const connect: Connect = async (target) => {
    const { name, guestAgent } = target;
    if (!guestAgent) return ssh(target);
    return new GuestAgentHost({ vm: name, domain: guestAgent.domain, hypervisor: await ssh(guestAgent.host) });
  };

  async function onHost(script: string): Promise<string> {
    const { code, stdout, stderr } = await lab.run(HOST, ["sh", "-c", script]);
    if (code !== 0) throw new Error(`${code}: ${stderr}`);
    return stdout.trim();
  }

  const [host] = SITE.kvmHosts;
  const [guest] = SITE.virtualMachines.flatMap((vm) => vm.guest ?? []);
  if (!host || !guest) throw new Error("no host or no guest in the file");

  async function inGuest(script: string): Promise<string> {
    const entered = await connect(guest?.ssh ?? { name: "", address: "" });
    try {
      return (await entered.run({ step: "look", script, timeoutSeconds: 120 })).stdout.trim();
    } finally {
      await entered.close();
    }
  }

  const upOfHost = (hasSeed = true) => {
    const driver = { ...kvm, layers: [libvirt, cloudInit] } as typeof kvm;
    const words = toMachineWords(driver, hasSeed ? host : { ...host, seeds: [] }, "t");
    return new Machine(driver, connect).apply({ ssh: host.ssh, environment: "t", words, missingPackages: "refuse" });
  };
  const upOfGuest = () => {
    const { ssh: target, firstStart } = guest;
    const words = toMachineWords(linuxGuests, guest, "t");
    const inputs = { ssh: target, firstStart, environment: "t", words, missingPackages: "refuse" as const };
    return new Machine(linuxGuests, connect).apply(inputs);
  };
  /** Waits for the end of cloud-init; says how it ended. */
  async function endOfCloudInit(): Promise<string> {
    await agentAnswers({ lab, machine: HOST, domain: DOMAIN });
    return waitFor({ what: "the end of cloud-init", seconds: 400 }, async () => {
      const said = await inGuest("cloud-init status 2>&1 || true");
      if (!/running|not (run|started)/.test(said)) return said;
      // Every look takes a processor from it.
      await sleep(5000);
      return undefined;
    });
  }

  it("waits for it, and has a guest that is not there yet", async () => {
    await upOfHost();
    expect(await onHost(`virsh -q -c qemu:///system domblklist --inactive ${DOMAIN}`)).toContain("seed.iso");
    await expect(upOfGuest()).rejects.toThrow(NotStartedError);
  });

  it("has what the file says at its first start", async () => {
    const begun = Date.now();
    await onHost(`virsh -q -c qemu:///system start ${DOMAIN}`);
    expect(await endOfCloudInit()).toBe("status: done");
    console.log(`first start, with cloud-init: ${Math.round((Date.now() - begun) / 1000)} s`);
    const said = await inGuest(
      "hostname; cat /run/cloud-init/cloud-id; cloud-id; ls /etc/netplan /etc/cloud/cloud.cfg.d",
    );
    expect(said).toMatch(/^db-01\nnocloud\n/);
    expect(said).not.toContain("50-cloud-init.yaml");
    // Before anything was done in it.
    expect((await upOfGuest()).changes.map(formatChange)).toEqual([]);
    expect(await inGuest("ip -br addr show bond0.31; ip rule show")).toMatch(/10\.31\.0\.11\/24[\s\S]*lookup 100/);
  });

  it.runIf(isWhole)("has it at the next one too, at which cloud-init does nothing anew", async () => {
    const before = await inGuest(
      "cat /var/lib/cloud/data/instance-id; stat -c %Y /var/lib/cloud/instance/sem/config_runcmd",
    );
    await onHost(`virsh -q -c qemu:///system destroy ${DOMAIN}; virsh -q -c qemu:///system start ${DOMAIN}`);
    await endOfCloudInit();
    expect(before).toMatch(/^multiport-t-db-01\n\d+$/);
    expect(
      await inGuest("cat /var/lib/cloud/data/instance-id; stat -c %Y /var/lib/cloud/instance/sem/config_runcmd"),
    ).toBe(before);
    expect((await upOfGuest()).changes.map(formatChange)).toEqual([]);
    // Nor does the host give it another disc.
    expect((await upOfHost()).changes.map(formatChange)).toEqual([]);
  });

  it("lets go of the disc while it runs", async () => {
    expect(await inGuest("blkid -t LABEL=cidata -o device")).toBe("/dev/vdb");
    await upOfHost(false);
    expect(await inGuest("blkid -t LABEL=cidata -o device || true; cat /var/lib/cloud/data/instance-id")).toBe(
      "multiport-t-db-01",
    );
    expect(await onHost(`virsh -q -c qemu:///system domblklist ${DOMAIN}; ls /var/lib/libvirt/images`)).not.toContain(
      "seed.iso",
    );
  });
});
