// Names that NICs are given: the renaming by the real script in a network namespace, and what others say of the NIC.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillTemplate } from "../../../providers/engine/template.js";
import type { Filled } from "../../../providers/platforms/layer.js";
import { giveBackNames, giveNames, keptNames, nameChecks } from "../../../providers/platforms/linux/nicNames.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { APP, factsOf, NICS, type Nic, plan, wordsOf } from "./nicFacts.js";
import { scriptOf } from "./rendering.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nics-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NAMESPACE = ["--net", "--mount", "--propagation", "private", "sh", "-eu"];
const MOUNTS = "mount -t sysfs sysfs /sys\nmount -t tmpfs run /run\n";
const canNamespace = spawnSync("unshare", [...NAMESPACE, "-c", MOUNTS]).status === 0;
if (!canNamespace) console.log("left out: namespaces can't be made here, it takes root");

function inNamespace(script: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("unshare", NAMESPACE, {
    input: MOUNTS + script,
    encoding: "utf8",
    env: { ...process.env, root: folder },
  });
}

const subshell = (filled: readonly Filled[]) =>
  filled.map(({ template, data }) => `(\nset -eu\n${fillTemplate(template, data)})\n`).join("");

/** A veth for each NIC, its other end down and without a name that matters; all with an address. */
function making(nics: Readonly<Record<string, Nic>>): string {
  return Object.entries(nics)
    .map(
      (
        [name, { mac }],
        index,
      ) => `ip link add ${name} address ${mac} type veth peer name peer${index} address 02:00:00:00:01:0${index}
ip link set ${name} up
ip link set peer${index} up
ip address add 10.0.${index}.1/24 dev ${name}
ip -6 address add 2001:db8:${index}::1/64 dev ${name} nodad
ip route add 10.9.${index}.0/24 via 10.0.${index}.2 dev ${name} metric 50
`,
    )
    .join("");
}

/** All that a NIC has, by its address. */
const STATE = `for nic in /sys/class/net/*; do
  nic=\${nic##*/}
  case $nic in lo | peer*) continue ;; esac
  echo "$(cat /sys/class/net/$nic/address) $nic $(ip -o address show dev $nic scope global | awk '{ print $4 }' | tr '\\n' ' ') $(ip route show dev $nic | tr '\\n' ' ')"
done | sort
`;

describe.skipIf(!canNamespace)("renaming", () => {
  const names = ["e0", "e1", "e2", "e3"];
  const macs = names.map((_, index) => `52:54:00:00:00:0${index}`);

  it.each(["while they are up", "on a kernel that renames only what is down"])(
    "gives every NIC its name and loses nothing, and so does the way back, %s",
    (how) => {
      const old = how.startsWith("on")
        ? `ip() {
  case "$*" in "link set dev "*" name "*) case $(command ip -o link show dev "$4") in *[,\\<]UP[,\\>]*) return 2 ;; esac ;; esac
  command ip "$@"
}
`
        : "";
      // Some change names among themselves, some get new ones, some keep theirs.
      const wanted = fc.shuffledSubarray([...names, "new0", "new1"], { minLength: 4, maxLength: 4 });
      fc.assert(
        fc.property(wanted, (given) => {
          const nics = Object.fromEntries(names.map((name, index) => [name, { mac: macs[index] ?? "" }]));
          const words = wordsOf(Object.fromEntries(given.map((name, index) => [name, { mac: macs[index] ?? "" }])));
          const facts = factsOf(nics);
          const there = subshell(giveNames(words, facts));
          const back = subshell(giveBackNames(words, facts));
          const { status, stdout, stderr } = inNamespace(
            `${old}${making(nics)}${STATE}echo ==\n${there}${STATE}echo ==\n${there}${STATE}echo ==\n${back}${back}${STATE}`,
          );
          expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
          const [before = "", after = "", again, returned] = stdout.split("==\n");
          const renamed = names.reduce(
            (text, name, index) => text.replace(`${macs[index]} ${name} `, `${macs[index]} ${given[index]} `),
            before,
          );
          expect(before.split("\n")).toHaveLength(5);
          expect(after).toBe(renamed);
          expect(again).toBe(after);
          expect(returned).toBe(before);
        }),
        { numRuns: 4 },
      );
    },
    60_000,
  );

  it("takes a name that is its own second one", () => {
    const facts = factsOf({ e0: { mac: "52:54:00:00:00:00", more: { altnames: ["app0"] } } });
    const words = wordsOf({ app0: { mac: "52:54:00:00:00:00" } });
    expect(plan(words, facts).conflicts).toEqual([]);
    const making =
      "ip link add e0 address 52:54:00:00:00:00 type veth peer name peer0\nip link property add dev e0 altname app0\n";
    const { stdout, stderr } = inNamespace(`${making}${subshell(giveNames(words, facts))}ls /sys/class/net\n`);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toContain("app0");
  });

  it("finds a member of a bond by the address that it had before, and never its bond or a VLAN device", () => {
    // As iproute2 6.15 says it of members that have the address of the first, or one that was made up.
    const says = [
      "3: eA: <BROADCAST,SLAVE,UP> mtu 1500 master b0 state UP \\    link/ether 02:00:00:00:00:99 brd ff:ff:ff:ff:ff:ff permaddr 52:54:00:00:00:01 promiscuity 0 \\    bond_slave state ACTIVE perm_hwaddr 02:00:00:00:00:98 queue_id 0",
      "4: eB: <BROADCAST,SLAVE,UP> mtu 1500 master b0 state UP \\    link/ether 02:00:00:00:00:99 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    bond_slave state BACKUP perm_hwaddr 52:54:00:00:00:02 queue_id 0",
      "5: eC: <BROADCAST,UP> mtu 1500 state UP \\    link/ether 52:54:00:00:00:03 brd ff:ff:ff:ff:ff:ff promiscuity 0",
      "6: bridge0: <BROADCAST,UP> mtu 1500 state UP \\    link/ether 52:54:00:00:00:03 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    bridge forward_delay 1500",
      "7: eC.5@eC: <BROADCAST,UP> mtu 1500 state UP \\    link/ether 52:54:00:00:00:03 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    vlan protocol 802.1Q id 5",
    ];
    const nics = { app0: 1, app1: 2, app2: 3 };
    const wanted = Object.fromEntries(
      Object.entries(nics).map(([name, end]) => [name, { mac: `52:54:00:00:00:0${end}` }]),
    );
    const facts = factsOf({
      eA: { mac: "52:54:00:00:00:01", pci: "0000:01:00.0" },
      eB: { mac: "52:54:00:00:00:02", pci: "0000:02:00.0" },
      eC: { mac: "52:54:00:00:00:03", pci: "0000:03:00.0" },
    });
    // The kernel of a namespace has neither: a bridge with a port stands for both.
    const devices = `for name in bridge0 eC.5; do command ip link add "$name" type bridge; done
for name in eA eB eC; do command ip link add "$name" type veth peer name "p$name"; done
command ip link set peC master eC.5\n`;
    const ip = `ip() { case "$*" in "-d -o link show") cat "$root/says" ;; "link set dev "*) echo "$4 is $6" ;; esac; }\n`;
    writeFileSync(join(folder, "says"), says.join("\n"));
    const { stdout, stderr } = inNamespace(`${devices}${ip}${subshell(giveNames(wordsOf(wanted), facts))}`);
    expect([stdout, stderr]).toEqual(["eA is app0\neB is app1\neC is app2\n", ""]);
  });

  it("says which NIC has gone, and renames the others", () => {
    const facts = factsOf({ e0: { mac: macs[0] ?? "" }, e1: { mac: macs[1] ?? "" } });
    const words = wordsOf({ app0: { mac: macs[0] ?? "" }, app1: { mac: macs[1] ?? "" } });
    const { status, stdout, stderr } = inNamespace(
      `${making({ e1: { mac: macs[1] ?? "" } })}${subshell(giveNames(words, facts)).trimEnd()} || failed=1\nls /sys/class/net\nexit $failed\n`,
    );
    expect([status, stderr]).toEqual([1, "There is no NIC with the MAC address 52:54:00:00:00:00 any more.\n"]);
    expect(stdout.split("\n")).toContain("app1");
  });

  it("changes nothing where no udev runs, and asks it where one does", () => {
    expect(inNamespace(subshell(keptNames(wordsOf(APP))))).toMatchObject({ status: 0, stdout: "", stderr: "" });
    const udevadm = `mkdir -p /run/udev; : >/run/udev/control
udevadm() { [ "$1" != test-builtin ] || printf 'ID_NET_LINK_FILE=%s\\nID_NET_NAME=%s\\n' "$file" "\${3##*/}"; }
`;
    const kept = (file: string) =>
      inNamespace(`${udevadm}file=${file}\n${subshell(keptNames(wordsOf({ app0: APP.app0 })))}`);
    expect(kept("/etc/systemd/network/10-multiport-app0.link")).toMatchObject({ status: 0, stderr: "" });
    const { status, stderr } = kept("/etc/systemd/network/05-mine.link");
    expect(status).toBe(1);
    expect(stderr).toContain(
      "udev would not call app0 so at the next start: it goes by /etc/systemd/network/05-mine.link",
    );
  });
});

describe.skipIf(!canNamespace)("what others say of the NIC", () => {
  /** The check with these files on the machine, which has nothing else of the kind. */
  function check(files: Readonly<Record<string, string>>, words: LinuxWords, nics = NICS, release = 252): string {
    const folders = [
      "/etc/udev/rules.d",
      "/etc/netplan",
      "/etc/network",
      "/etc/NetworkManager",
      "/etc/systemd/network",
    ];
    for (const path of folders) mkdirSync(join(folder, path), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const mounts = folders.map((path) => `mkdir -p ${path}\nmount --bind "$root${path}" ${path}\n`).join("");
    const udevadm = `udevadm() { echo ${release}; }\n`;
    return inNamespace(`${mounts}${udevadm}${scriptOf(nameChecks(words, factsOf(nics)))}`).stderr;
  }

  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "a rule of udev",
      {
        "/etc/udev/rules.d/70-persistent-net.rules":
          '# NAME of 52:54:00:00:00:01\nSUBSYSTEM=="net", ATTR{address}=="52:54:00:00:00:01", NAME="lan0"\n',
      },
      'These lines know app0 by its MAC address, and may give it another name or configuration:\n/etc/udev/rules.d/70-persistent-net.rules line 2: SUBSYSTEM=="net", ATTR{address}=="52:54:00:00:00:01", NAME="lan0"\n',
    ],
    [
      "netplan, as cloud-init writes it",
      {
        "/etc/netplan/50-cloud-init.yaml":
          'network:\n  ethernets:\n    ens3:\n      match: {macaddress: "52:54:00:00:00:01"}\n      set-name: ens3\n',
      },
      '/etc/netplan/50-cloud-init.yaml line 4: match: {macaddress: "52:54:00:00:00:01"}\nRemove them there. Where cloud-init writes them',
    ],
    [
      "a .link file that comes first",
      {
        "/etc/systemd/network/05-mine.link":
          "[Match]\nMACAddress=aa:bb:cc:dd:ee:ff 52:54:00:00:00:01\n[Link]\nName=lan0\n",
      },
      "/etc/systemd/network/05-mine.link comes before our files, and matches 52:54:00:00:00:01.",
    ],
    [
      "a .link file that comes first, by its path",
      { "/etc/systemd/network/05-mine.link": "[Match]\nPath=pci-0000:01:00.0\n[Link]\nName=lan0\n" },
      "/etc/systemd/network/05-mine.link comes before our files, and matches pci-0000:01:00.0.",
    ],
    [
      "interfaces(5), by the old name",
      { "/etc/network/interfaces": "auto lo\niface lo inet loopback\nallow-hotplug enp1s0\niface enp1s0 inet dhcp\n" },
      "These lines go by the name enp1s0, and the NIC will be called app0:\n/etc/network/interfaces line 3: allow-hotplug enp1s0\n/etc/network/interfaces line 4: iface enp1s0 inet dhcp\n",
    ],
    [
      "a profile of NetworkManager",
      { "/etc/NetworkManager/system-connections/wired.nmconnection": "[connection]\ninterface-name=enp1s0\n" },
      "/etc/NetworkManager/system-connections/wired.nmconnection line 2: interface-name=enp1s0\n",
    ],
    [
      "a .network file",
      { "/etc/systemd/network/50-wired.network": "[Match]\nName=enp1s0\n[Network]\nDHCP=yes\n" },
      "/etc/systemd/network/50-wired.network line 2: Name=enp1s0\n",
    ],
  ])("%s is told before anything changes", (_, files, told) => {
    const said = check(files, wordsOf({ app0: APP.app0 }));
    expect(said).toContain(told);
    // All of it is about this NIC.
    expect(check(files, wordsOf({ app1: APP.app1 }))).toBe("");
  });

  it("is asked for by its MAC address too where we know it by its path", () => {
    const files = {
      "/etc/netplan/50-cloud-init.yaml":
        'network: {ethernets: {e: {match: {macaddress: "52:54:00:00:00:02"}, set-name: e}}}\n',
      "/etc/systemd/network/05-mine.link": "[Match]\nPermanentMACAddress=52:54:00:00:00:02\n[Link]\nName=lan0\n",
    };
    const said = check(files, wordsOf({ app1: APP.app1 }));
    expect(said).toContain("These lines know app1 by its MAC address");
    expect(said).toContain("05-mine.link comes before our files, and matches 52:54:00:00:00:02.");
  });

  it("an old udev knows it by its path, and not by its permanent MAC address", () => {
    const told = "udev of release 244 does not know the permanent MAC address of a NIC";
    expect(check({}, wordsOf({ app0: APP.app0 }), NICS, 244)).toContain(
      `${told} (245 does): app0 can't be known by it. Set its PCI path (guestPci)`,
    );
    expect(check({}, wordsOf({ app1: APP.app1 }), NICS, 244)).toBe("");
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["nothing", {}],
    [
      "our own",
      {
        "/etc/systemd/network/10-multiport-enp1s0.network": "[Match]\nName=enp1s0\n",
        "/etc/netplan/60-multiport.yaml": "52:54:00:00:00:01\n",
      },
    ],
    [
      "one that comes later",
      { "/etc/systemd/network/70-mine.link": "[Match]\nMACAddress=52:54:00:00:00:01\n[Link]\nName=lan0\n" },
    ],
    ["another name", { "/etc/network/interfaces": "iface enp1s0f1 inet dhcp\n# iface enp1s0 inet dhcp\n" }],
  ])("%s is nothing to tell", (_, files) => {
    expect(check(files, wordsOf({ app0: APP.app0 }))).toBe("");
  });

  it("a name that stays may be in all files", () => {
    const files = { "/etc/network/interfaces": "iface enp1s0 inet dhcp\n" };
    expect(check(files, wordsOf({ enp1s0: APP.app0 }))).toBe("");
  });
});
