// The seed of a VM that was never started, on a real libvirt over real SSH: the disc as other programs read it, the drive as libvirt and QEMU
// take it, what becomes of both once the VM was started, and the way back. The VMs have no operating system.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNetns, stopNetns } from "../../lab/netns/lab.js";
import { libvirtPackages, startLibvirt } from "../../lab/netns/libvirt.js";
import type { NetnsLab } from "../../lab/netns/runningLab.js";
import { ensureDebianPackages } from "../../lab/packages.js";
import { NotStartedError } from "../../providers/engine/firstStart.js";
import { type Applied, Machine } from "../../providers/engine/machine.js";
import type { Connect } from "../../providers/engine/machineAccess.js";
import { RevertedError } from "../../providers/engine/machineErrors.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { renderEnvironment } from "../../providers/engine/render.js";
import { HostError } from "../../providers/host/host.js";
import { connectSsh } from "../../providers/host/ssh.js";
import { formatChange } from "../../providers/model/change.js";
import type { Environment } from "../../providers/model/environment.js";
import { cloudInit } from "../../providers/platforms/kvm/cloudInit/index.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { libvirt } from "../../providers/platforms/kvm/libvirt/index.js";
import { linuxGuests } from "../../providers/platforms/linuxGuest/index.js";
import { modelOf } from "../model/given.js";

const HOST = "kvm-01";
/** Virtual functions, bonds and port guards are others' matter. */
const driver = { ...kvm, layers: [libvirt, cloudInit] } as typeof kvm;

const DOMAIN = (name: string, machine: string, disks = "") => `<domain type='qemu'>
  <name>${name}</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='${machine}'>hvm</type></os><features><acpi/></features>
  <devices>${disks}<memballoon model='none'/></devices>
</domain>`;

const disk = (target: string, bus: string) =>
  `<disk type='file' device='cdrom'><target dev='${target}' bus='${bus}'/><readonly/></disk>`;

/** Each with its address, and whether it has a seed. */
type Vms = Readonly<Record<string, { readonly address?: string; readonly seed?: boolean }>>;

function environmentOf(vms: Vms): Environment {
  const written = Object.entries(vms).map(
    ([name, { address = "10.10.0.11", seed = true }], index) => `
  ${name}:
    host: ${HOST}
    libvirt: {}
    ports: { app0: { portGroup: vs0/app, addresses: [${address.replace(/\d+$/, (last) => `${Number(last) + index}`)}/24] } }
    guest: { os: linux, renderer: netplan, address: 127.0.0.1, ssh: { port: 9 }${seed ? `, cloudInit: { hostname: ${name} }` : ""} }`,
  );
  return modelOf(`
environment: t
networks: { app: { vlan: 10, subnet: 10.10.0.0/24 } }
hosts:
  ${HOST}:
    platform: kvm
    uplinks: { ens1f0: }
    virtualSwitches: { vs0: { datapath: netdev, uplinkTeam: { members: [ens1f0] }, portGroups: [app] } }
    libvirt: true
vms: ${written.length === 0 ? "{}" : written.join("")}
`);
}

let lab: NetnsLab;
let directory: string;

beforeAll(async () => {
  const packages = await ensureDebianPackages([...libvirtPackages, "genisoimage"], { report: () => {} });
  if (!packages.isReady) throw new Error(packages.reason);
  directory = mkdtempSync(join(tmpdir(), "multiport-seed-"));
  lab = await startNetns(
    { machines: [{ kind: "kvm", name: HOST }], cables: [] },
    { directory, id: `s${process.pid}`, report: () => {} },
  );
  await startLibvirt(lab, HOST);
  await sh("ovs-vsctl --timeout=10 add-br vs0 -- set Bridge vs0 datapath_type=netdev");
  await define(DOMAIN("db-01", "q35", disk("sda", "sata")));
});

afterAll(async () => {
  await stopNetns({ directory });
  rmSync(directory, { recursive: true, force: true });
});

async function sh(script: string): Promise<string> {
  const text = `export LIBVIRT_DEFAULT_URI=qemu:///system\nset -eu\n${script}`;
  const { code, stdout, stderr } = await lab.run(HOST, ["sh", "-c", text]);
  if (code !== 0) throw new Error(`${code}: ${stderr}${stdout}`);
  return stdout.trim();
}

const define = (xml: string) => sh(`cat >/tmp/d.xml <<'XML'\n${xml}\nXML\nvirsh -q define /tmp/d.xml`);
const connect: Connect = (target) => connectSsh(target, {}, { configFile: lab.sshConfig });

function inputsOf(vms: Vms, confirmSeconds = 60) {
  const environment = environmentOf(vms);
  const [machine] = environment.kvmHosts;
  if (!machine) throw new Error("no host");
  const words = toMachineWords(driver, machine, environment.name);
  return {
    ssh: { ...machine.ssh, confirmSeconds },
    environment: environment.name,
    words,
    missingPackages: "refuse" as const,
  };
}

const up = (vms: Vms) => new Machine(driver, connect).apply(inputsOf(vms));

/** As a user runs it, and once more: then there is nothing to do. */
async function apply(vms: Vms): Promise<Applied> {
  const applied = await up(vms);
  expect((await up(vms)).changes.map(formatChange)).toEqual([]);
  return applied;
}

const IMAGE = (name: string) => `/var/lib/libvirt/images/multiport-${name}-seed.iso`;
const drive = (name: string, which = "--inactive") =>
  sh(`virsh -q domblklist ${name} ${which} | awk '/multiport-/ { print $1, $2 }'`);

/** The three files on the disc, as a reader finds them that looks at one of its two kinds of names alone. */
async function onDisc(name: string, names: "-R" | "-J" = "-R"): Promise<Record<string, string>> {
  const files = await Promise.all(
    ["meta-data", "network-config", "user-data"].map(
      async (file) => [file, await sh(`isoinfo ${names} -i ${IMAGE(name)} -x /${file}`)] as const,
    ),
  );
  return Object.fromEntries(files);
}

function rendered(vms: Vms, name: string): Record<string, string> {
  const own = [...renderEnvironment(environmentOf(vms))].filter(({ path }) => path.startsWith(`${name}/cloud-init/`));
  return Object.fromEntries(own.map(({ path, text }) => [path.split("/").at(-1) ?? "", text.trim()]));
}

describe("a VM that was never started", () => {
  const vms = { "db-01": {} };

  it("gets the seed that render writes, on a disc with the label and the names that cloud-init looks for", async () => {
    const { notes } = await apply(vms);
    expect(notes.join()).toContain("VM db-01 has its seed and was not started yet. Start it (virsh start db-01)");
    expect(await sh(`blkid -p -o value -s LABEL -s TYPE ${IMAGE("db-01")}`)).toBe("cidata\niso9660");
    const seed = rendered(vms, "db-01");
    expect(Object.keys(seed)).toEqual(["meta-data", "network-config", "user-data"]);
    expect(await onDisc("db-01")).toEqual(seed);
    expect(await onDisc("db-01", "-J")).toEqual(seed);
  });

  it("has it read-only in a drive of its own, beside those of others", async () => {
    expect(await drive("db-01")).toBe(`sdb ${IMAGE("db-01")}`);
    const xml = await sh("virsh dumpxml --inactive db-01 | sed -n '/multiport-db-01-seed/,/<.disk>/p'");
    expect(xml).toMatch(/<target dev='sdb' bus='sata'\/>\s*<readonly\/>\s*<alias name='ua-multiportseed'\/>/);
  });

  it("shows it to nobody but root and QEMU", async () => {
    const files = "/etc/multiport/cloud-init/db-01/*";
    const modes = await sh(`stat -c '%a %U' ${files} ${IMAGE("db-01")} | sort -u; stat -c %a /var/lib/libvirt/images`);
    expect(modes).toMatch(/^600 root\n640 root\n7[15][15]$/);
    expect(await sh(`isoinfo -R -l -i ${IMAGE("db-01")} | awk '/-data|-config/ { print $1, $3, $4 }' | sort -u`)).toBe(
      "-rw------- 0 0",
    );
  });

  it("gets a new one when the guest is to have something else", async () => {
    const next = { "db-01": { address: "10.10.0.21" } };
    await up(next);
    expect(await onDisc("db-01")).toEqual(rendered(next, "db-01"));
    expect(await drive("db-01")).toBe(`sdb ${IMAGE("db-01")}`);
    await up(vms);
  });

  it.each([
    ["the disc", `echo more >>${IMAGE("db-01")}`, "outdated"],
    ["the disc, by taking it away", `rm ${IMAGE("db-01")}`, "outdated"],
    ["the drive", "virsh -q detach-disk db-01 sdb --config", "none"],
  ])("is drift what somebody did to %s, and is put right", async (_, spoil, found) => {
    await sh(spoil);
    const { changes } = await up(vms);
    expect(changes.map(formatChange)).toEqual([expect.stringMatching(`cloudInit.seeds.db-01.disc.*${found}`)]);
    expect(await onDisc("db-01")).toEqual(rendered(vms, "db-01"));
  });

  it("has the disc from whichever program writes one, and is told what to install where none does", async () => {
    await sh("mv /usr/bin/xorrisofs /usr/bin/away");
    const next = { "db-01": { address: "10.10.0.31" } };
    await up(next);
    expect(await onDisc("db-01")).toEqual(rendered(next, "db-01"));
    await sh("mkdir /usr/bin/aside; mv /usr/bin/genisoimage /usr/bin/mkisofs /usr/bin/aside");
    await expect(up(vms)).rejects.toThrow(
      /nothing was changed, because xorrisofs is not installed\. Install it \(apt-get install xorriso\)/,
    );
    expect(await onDiscAside()).toBe(rendered(next, "db-01")["network-config"]);
    await sh("mv /usr/bin/aside/* /usr/bin; mv /usr/bin/away /usr/bin/xorrisofs");
    await up(vms);
  });
  const onDiscAside = () => sh(`isoinfo -R -i ${IMAGE("db-01")} -x /network-config`);

  it("is put back to what it had where nobody confirms", async () => {
    for (const [before, after] of [
      [vms, { "db-01": { address: "10.10.0.41" } }],
      [{ "db-01": { seed: false } }, vms],
      [vms, { "db-01": { seed: false } }],
    ] as const) {
      await up(before);
      const had = await state("db-01");
      let connections = 0;
      const cut: Connect = (target) => {
        connections++;
        // Long enough for the machine to have given up.
        if (connections > 1 && Date.now() - begun < 5500)
          throw new HostError("unreachable", `${target.name}: cannot be reached`);
        return connect(target);
      };
      const begun = Date.now();
      await expect(new Machine(driver, cut).apply(inputsOf(after, 3))).rejects.toThrow(RevertedError);
      expect(await state("db-01")).toEqual(had);
      expect((await up(before)).changes.map(formatChange)).toEqual([]);
    }
    await up(vms);
  });

  /** All that there is of a seed. */
  async function state(name: string) {
    const files = await sh(
      `cd /etc/multiport/cloud-init/${name} 2>/dev/null && cat meta-data network-config user-data || true`,
    );
    return { files, drive: await drive(name), image: await sh(`isoinfo -R -i ${IMAGE(name)} -f 2>/dev/null || true`) };
  }

  const guests = (vm = "db-01") => {
    const [guest] = environmentOf(vms).virtualMachines.flatMap((machine) => machine.guest ?? []);
    if (!guest) throw new Error("no guest");
    const { ssh, firstStart, missingPackages } = guest;
    const words = toMachineWords(linuxGuests, guest, "t");
    const inputs = { ssh: { ...ssh, name: vm }, firstStart, missingPackages, environment: "t", words };
    return { machine: new Machine(linuxGuests, connect), inputs };
  };

  it("has a guest that is there with the next run: neither an error nor taken for done", async () => {
    const { machine, inputs } = guests();
    for (const begin of [() => machine.apply(inputs), () => machine.read(inputs), () => machine.remove(inputs)]) {
      const tried = begin();
      await expect(tried).rejects.toThrow(NotStartedError);
      await expect(tried).rejects.toThrow("Start it on kvm-01 (virsh start db-01), and run pulumi up again");
    }
  });

  describe("and then is", () => {
    it("has it in the running machine", async () => {
      await sh("virsh -q start db-01");
      expect(await drive("db-01", "")).toBe(`sdb ${IMAGE("db-01")}`);
      expect(await sh(`virsh qemu-monitor-command db-01 --hmp 'info block' | grep -A1 seed.iso`)).toContain(
        "read-only",
      );
    });

    it("keeps the one that it had, whatever the guest is to have then", async () => {
      const had = await onDisc("db-01");
      const sum = await sh(`sha256sum ${IMAGE("db-01")}`);
      await up({ "db-01": { address: "10.10.0.51" } });
      await sh("virsh -q destroy db-01");
      // By now only QEMU's log knows.
      expect((await apply({ "db-01": { address: "10.10.0.52" } })).notes).toEqual([]);
      expect([await onDisc("db-01"), await sh(`sha256sum ${IMAGE("db-01")}`)]).toEqual([had, sum]);
    });

    it("has a guest whose silence is an error", async () => {
      const { machine, inputs } = guests();
      await expect(machine.apply(inputs)).rejects.toThrow(HostError);
    });

    it("has one again when the VM is made anew under its name", async () => {
      await sh("virsh -q undefine db-01");
      await define(DOMAIN("db-01", "q35"));
      expect((await up(vms)).notes.join()).toContain("was not started yet");
      expect(await drive("db-01")).toBe(`sda ${IMAGE("db-01")}`);
    });
  });
});

describe("what is otherwise", () => {
  it("a VM that was started before gets no disc, and that is told", async () => {
    await define(DOMAIN("web-01", "pc"));
    await sh("virsh -q start web-01; virsh -q destroy web-01");
    const { notes } = await apply({ "db-01": {}, "web-01": {} });
    expect(notes.join()).toContain("VM web-01 was started without its seed, and gets none any more");
    expect(await drive("web-01")).toBe("");
  });

  it("an older board has an IDE drive, and four of them at most", async () => {
    await define(DOMAIN("old-01", "pc", disk("hda", "ide")));
    await up({ "db-01": {}, "old-01": {} });
    expect(await drive("old-01")).toBe(`hdb ${IMAGE("old-01")}`);
    await define(DOMAIN("old-02", "pc", ["hda", "hdb", "hdc", "hdd"].map((target) => disk(target, "ide")).join("")));
    await expect(up({ "db-01": {}, "old-01": {}, "old-02": {} })).rejects.toThrow(
      /domain old-02 has no place for the CD-ROM drive of its seed/,
    );
  });

  it("a VM that is saved to disk keeps what it goes on with", async () => {
    await sh("virsh -q start old-01; virsh -q managedsave old-01");
    await expect(up({ "db-01": {} })).rejects.toThrow(/domain old-01 is saved to disk, with its seed in a drive/);
    await sh("virsh -q start old-01");
  });

  it("all of ours goes, from VMs that run too, and what is others' stays", async () => {
    await sh("virsh -q start db-01");
    const without = { "db-01": { seed: false }, "old-01": { seed: false } };
    await apply(without);
    expect((await drive("db-01", "")) + (await drive("db-01")) + (await drive("old-01"))).toBe("");
    expect(await sh("ls -d /etc/multiport /var/lib/libvirt/images/* 2>/dev/null || true")).toBe("");
    expect(await sh("virsh -q domblklist --inactive old-01")).toMatch(/^hda\s+-$/);
  });
});
