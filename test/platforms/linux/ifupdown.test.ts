// ifupdown as a renderer: golden files and scripts, ifup's own reading of them, a NIC brought up and changed by the real ifup, and what
// interfaces(5) can't say.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { interfaces } from "../../../providers/engine/quote.js";
import { ifupdown } from "../../../providers/platforms/linux/ifupdown/index.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { hostile } from "../../arbitrary.js";
import { expectGolden, filesOf, scriptOf, scriptsOf } from "./rendering.js";
import { bond, bridge, CHANGES, HOSTS, link, NO_WORDS, TRUNK } from "./words.js";

const AREA = "linux-ifupdown"; // test/golden/linux-ifupdown
/** As the machine has it that runs the tests. */
const HOOK = "/etc/network/if-up.d/resolved";

/** In namespaces of its own, with `$root` over the machine's folders of ifupdown: nothing here touches this computer's network. */
const NAMESPACE = ["--net", "--mount", "--propagation", "private", "sh", "-eu"];
const MOUNTS = `mkdir -p /etc/network /run/network
mount --bind "$root/etc/network" /etc/network
mount -t tmpfs run /run/network
mount -t sysfs sysfs /sys
`;

function whyNot(): string | undefined {
  if (findOnPath("ifup") === undefined) return "ifup is not installed (apt-get install ifupdown ifenslave)";
  if (findOnPath("dhclient") === undefined) return "dhclient is not installed (apt-get install isc-dhcp-client)";
  const trial = spawnSync("unshare", [...NAMESPACE, "-c", "mount -t sysfs sysfs /sys"], { encoding: "utf8" });
  return trial.status === 0 ? undefined : `namespaces can't be made here (${trial.stderr.trim()}); it takes root`;
}
const reason = whyNot();
if (reason) console.log(`left out: ifupdown can't be asked: ${reason}`);

describe("golden", () => {
  it.each(Object.entries(HOSTS))("host %s", async (name, words) => {
    expect(ifupdown.unsupported(words)).toEqual([]);
    const check = { path: "check.sh", text: scriptOf(ifupdown.check(words)) };
    await expectGolden(AREA, `host-${name}`, [...filesOf(ifupdown, words), check]);
  });

  it.each(Object.entries(CHANGES))("change %s", async (name, [actual, desired]) => {
    const scripts = scriptsOf(ifupdown, actual, desired);
    for (const { text } of scripts) expect(spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr).toBe("");
    await expectGolden(AREA, `change-${name}`, scripts);
  });

  it("nothing wanted is no file and no script", () => {
    expect(filesOf(ifupdown, NO_WORDS)).toEqual([]);
    expect(ifupdown.check(NO_WORDS)).toEqual([]);
    expect(scriptsOf(ifupdown, NO_WORDS, NO_WORDS)).toEqual([]);
  });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ifupdown-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string, mode = 0o644): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode });
}

const MAIN = "source /etc/network/interfaces.d/*\n";

/** A machine's own files of ifupdown, with the hooks that packages install. */
function writeMachine(main = MAIN): void {
  write("etc/network/interfaces", main);
  write("etc/network/interfaces.d/.keep", "");
  for (const hooks of ["if-pre-up.d", "if-up.d", "if-down.d", "if-post-down.d"])
    write(`etc/network/${hooks}/.keep`, "");
  write("etc/network/if-pre-up.d/ifenslave", "#!/bin/sh\n", 0o755);
  write(
    "etc/network/if-up.d/resolved",
    `#!/bin/sh\necho "up $IFACE $IF_DNS_NAMESERVERS $IF_DNS_SEARCH" >>${folder}/resolver\n`,
    0o755,
  );
  write("etc/network/if-down.d/resolved", `#!/bin/sh\necho "down $IFACE" >>${folder}/resolver\n`, 0o755);
}

function run(script: string): { status: number | null; stdout: string; stderr: string } {
  const env = {
    ...process.env,
    root: folder,
    stage: `${folder}/stage`,
    LC_ALL: "C.UTF-8",
    PATH: `/usr/sbin:/sbin:${process.env.PATH}`,
  };
  return spawnSync("unshare", NAMESPACE, { input: MOUNTS + script, encoding: "utf8", env });
}

function check(words: LinuxWords, spoil: (text: string) => string = (text) => text): ReturnType<typeof run> {
  for (const { path, text } of filesOf(ifupdown, words)) write(`stage/${path}`, spoil(text));
  return run(scriptOf(ifupdown.check(words)));
}

describe.skipIf(reason !== undefined)("dhclient's own script", () => {
  it("takes the packet size of a lease for devices of others alone", () => {
    for (const { path, text } of filesOf(ifupdown, HOSTS.leases ?? NO_WORDS)) write(path, text);
    const script = `mount --bind "$1" /etc/dhcp/dhclient-enter-hooks.d
mount -t tmpfs none /etc/dhcp/dhclient-exit-hooks.d
for device in eth2 eth5; do
  ip link add $device type veth peer name peer-$device
  env reason=BOUND interface=$device new_ip_address=192.0.2.5 new_subnet_mask=255.255.255.0 new_interface_mtu=1400 dhclient-script
  ip -j link show dev $device
done`;
    const hooks = join(folder, "etc/dhcp/dhclient-enter-hooks.d");
    const { stdout, stderr } = spawnSync("unshare", [...NAMESPACE, "-c", script, "sh", hooks], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect([...stdout.matchAll(/"mtu":(\d+)/g)].map(([, mtu]) => mtu)).toEqual(["1500", "1400"]);
  });
});

describe.skipIf(reason !== undefined)("ifupdown's own reading", () => {
  it.each(Object.entries(HOSTS))("takes host %s", (_, words) => {
    writeMachine();
    expect(check(words)).toMatchObject({ status: 0, stderr: "" });
  });

  it.each(Object.entries(HOSTS))(
    "would run the commands of host %s, each once and in the order of the file",
    (_, words) => {
      writeMachine();
      const text = filesOf(ifupdown, words)[0]?.text ?? "";
      write("etc/network/interfaces.d/multiport", text);
      const { status, stderr } = run("ifup --no-act --force --all\n");
      expect(status).toBe(0);
      const commands = [...text.matchAll(/^ {4}(?:pre-up|up) (.*)$/gm)].map(([, command]) => command);
      expect(commands.length).toBeGreaterThan(0);
      // A parent is brought up once more for its VLAN device, as ifup believes nothing when it only says what it would do.
      expect([...new Set(stderr.split("\n"))].filter((line) => commands.includes(line))).toEqual(commands);
      for (const [, address] of text.matchAll(/^ {4}address (.*)\/\d+$/gm))
        expect(stderr).toContain(`ip addr add ${address}/`);
      for (const [, gateway] of text.matchAll(/^ {4}gateway (.*)$/gm))
        expect(stderr).toContain(`ip route add default via ${gateway} `);
    },
  );

  it.each([
    ["iface bond0 inet manual", "iface bond0 inet manuell", "unknown or no method"],
    ["    mtu 9000", "    mtu", "option with empty value"],
    ["    address 192.0.2.11/24\n", "", "missing required configuration variables"],
  ])("refuses %j as %j", (right, wrong, message) => {
    writeMachine();
    const { status, stderr } = check(TRUNK, (text) => text.replace(right, wrong));
    expect(stderr).toContain("ifup does not take /etc/network/interfaces.d/multiport: ");
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it.each([
    ["# empty\n", "/etc/network/interfaces does not read /etc/network/interfaces.d"],
    [
      `${MAIN}auto eth0\niface eth0 inet dhcp\n`,
      "/etc/network/interfaces line 2: auto eth0\n/etc/network/interfaces line 3: iface eth0 inet dhcp\n",
    ],
    [
      `${MAIN}iface team0 inet manual\n  bond-slaves eth5 eth1\n`,
      "/etc/network/interfaces line 3:   bond-slaves eth5 eth1\n",
    ],
    [`${MAIN}source others\n`, "others line 1: allow-hotplug eth1\n"],
  ])("refuses a machine whose main file is %j", (main, message) => {
    writeMachine(main);
    write("etc/network/others", "allow-hotplug eth1\n");
    const { status, stderr } = check(TRUNK);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it("leaves alone what others have, and its own file of the last run", () => {
    writeMachine(`${MAIN}auto lo eth9\niface lo inet loopback\niface eth9 inet dhcp\n`);
    write("etc/network/interfaces.d/multiport", filesOf(ifupdown, TRUNK)[0]?.text ?? "");
    expect(check(TRUNK)).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["if-pre-up.d/ifenslave", "ifenslave is not installed"],
    ["if-up.d/resolved", "Nothing here takes name servers or search domains from ifupdown"],
  ])("misses %s", (hook, message) => {
    writeMachine();
    rmSync(join(folder, "etc/network", hook));
    const { status, stderr } = check(TRUNK);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  describe("what takes name servers and search domains", () => {
    const lonely = nic({ addresses: ["203.0.113.9/28"], searchDomains: ["example.net"] });
    const both = nic({ addresses: ["203.0.113.9/28"], searchDomains: ["example.net"], nameservers: ["203.0.113.53"] });
    const ALONE =
      "ifupdown hands search domains to systemd-resolved only beside name servers of the same interface, and eth4 has none.";
    const QUOTED = "resolved hands no name servers on: that of ifupdown before 0.8.42 quotes them wrongly";
    const resolvconf = () => write("etc/network/if-up.d/000resolvconf", "#!/bin/sh\n", 0o755);
    const faulty = () => write("etc/network/if-up.d/resolved", '#!/bin/sh\ncat <<EOF\n"$DNS"="$NEW_DNS"\nEOF\n', 0o755);

    it.each<[string, LinuxWords, () => void, string]>([
      ["search domains alone, by systemd-resolved", lonely, () => {}, ALONE],
      ["search domains alone, by resolvconf", lonely, resolvconf, ""],
      ["both, by systemd-resolved", both, () => {}, ""],
      ["both, by the hook of Debian 12", both, faulty, QUOTED],
      ["both, by resolvconf beside that hook", both, () => [faulty(), resolvconf()], ""],
    ])("%s", (_, words, prepare, message) => {
      writeMachine();
      prepare();
      const { status, stderr } = check(words);
      expect(stderr).toContain(message);
      expect(status, stderr).toBe(message === "" ? 0 : 1);
    });

    it.skipIf(!existsSync(HOOK))("the machine's own hook is as the check judges it", () => {
      writeMachine();
      write("etc/network/if-up.d/resolved", readFileSync(HOOK, "utf8"), 0o755);
      const isFaulty = check(both).status !== 0;
      const programs = `mkdir -p "$root/bin"
printf '#!/bin/sh\n' | tee "$root/bin/systemctl" >"$root/bin/chown"
printf '#!/bin/sh\necho "$*"\n' >"$root/bin/resolvectl"
chmod +x "$root"/bin/*
`;
      const made = "ip link add eth4 type veth peer name switch\n";
      const hook = `PATH="$root/bin:$PATH" IFACE=eth4 ADDRFAM=inet IF_DNS_NAMESERVERS=203.0.113.53 IF_DNS_SEARCH=example.net sh ${HOOK}\n`;
      const { stdout } = run(programs + made + hook);
      expect(stdout).toMatch(/^dns \d+ /m);
      expect(/^dns \d+ 203\.0\.113\.53$/m.test(stdout)).toBe(!isFaulty);
      expect(/^domain \d+ example\.net$/m.test(stdout)).toBe(!isFaulty);
    });
  });
});

function nic(settings: Parameters<typeof link>[0]): LinuxWords {
  return { ...NO_WORDS, links: { eth4: link(settings) } };
}

describe.skipIf(reason !== undefined)("a NIC by the real ifup, in a namespace", () => {
  const first = nic({
    addresses: ["203.0.113.9/28", "2001:db8:1::9/64"],
    gateways: ["203.0.113.1"],
    nameservers: ["203.0.113.53"],
  });
  const second = nic({
    mtu: 1400,
    addresses: ["203.0.113.10/28", "203.0.113.11/28"],
    gateways: ["203.0.113.2"],
    nameservers: ["203.0.113.54"],
  });
  const CABLE = "ip link add eth4 type veth peer name switch\nip link set switch up\n";
  const SAY = `echo "state $(ifquery --state eth4 || :)"; ip -o addr show dev eth4 scope global | awk '{ print $4 }'; ip route show default; cat /sys/class/net/eth4/mtu\n`;

  /** Each step as on a machine: scripts before, the file, scripts after; then what the kernel says. */
  function change(actual: LinuxWords, desired: LinuxWords): string {
    const [file] = filesOf(ifupdown, desired);
    const target = "/etc/network/interfaces.d/multiport";
    const place = file ? `cat >${target} <<'FILE'\n${file.text}FILE\n` : `rm -f ${target}\n`;
    const transition = { desired, actual, leaving: [] };
    return `${scriptOf(ifupdown.before(transition))}${place}${scriptOf(ifupdown.after(transition))}echo ==\n${SAY}`;
  }

  function states(script: string): string[][] {
    writeMachine();
    const { status, stdout, stderr } = run(CABLE + script);
    expect(status, stderr).toBe(0);
    return stdout
      .split("==\n")
      .slice(1)
      .map((text) =>
        text
          .trim()
          .split("\n")
          .map((line) => line.trim()),
      );
  }

  const FIRST = [
    "state eth4=eth4",
    "203.0.113.9/28",
    "2001:db8:1::9/64",
    "default via 203.0.113.1 dev eth4 onlink",
    "1500",
  ];
  const SECOND = [
    "state eth4=eth4",
    "203.0.113.10/28",
    "203.0.113.11/28",
    "default via 203.0.113.2 dev eth4 onlink",
    "1400",
  ];

  it("comes up, changes while it is up, changes back, and leaves", () => {
    const seen = states(
      change(NO_WORDS, first) + change(first, second) + change(second, first) + change(first, NO_WORDS),
    );
    expect(seen).toEqual([FIRST, SECOND, FIRST, ["state", "1500"]]);
  });

  it("tells the hook of the resolver which name servers and domains are new, and nothing where they stay", () => {
    const domains = nic({ ...first.links.eth4, searchDomains: ["lab.example.net", "example.net"] });
    const larger = nic({ ...domains.links.eth4, mtu: 1400 });
    states(change(NO_WORDS, first) + change(first, domains) + change(domains, larger) + change(larger, first));
    expect(readFileSync(join(folder, "resolver"), "utf8").split("\n")).toEqual([
      "down eth4",
      "up eth4 203.0.113.53 ",
      "down eth4",
      "up eth4 203.0.113.53 lab.example.net example.net",
      "down eth4",
      "up eth4 203.0.113.53 ",
      "",
    ]);
  });

  it("a change that is half done is put back, and one that never began", () => {
    const broken = "ip address del 203.0.113.10/28 dev eth4\nip route del default || :\n";
    const seen = states(
      change(NO_WORDS, first) + change(first, second) + broken + change(second, first) + change(second, first),
    );
    expect(seen.slice(2)).toEqual([FIRST, FIRST]);
  });

  it("a NIC whose stanza others have removed is taken from ifup's belief and their addresses", () => {
    const foreign =
      "printf 'auto eth4\\niface eth4 inet static\\n address 198.51.100.7/24\\n gateway 198.51.100.1\\n' >/etc/network/interfaces.d/foreign\nifup eth4\nrm /etc/network/interfaces.d/foreign\n";
    expect(states(foreign + change(NO_WORDS, first))).toEqual([FIRST]);
  });

  const leased = nic({ addresses: ["2001:db8:1::9/64"], dhcp4: true });
  const LEASED = ["state eth4=eth4", "203.0.113.5/28", "2001:db8:1::9/64", "default via 203.0.113.14 dev eth4", "1500"];
  // A client writes below /etc and /run, and goes on when all is over.
  const DHCP = `mkdir "$root/etc.over"
mount -t tmpfs over "$root/etc.over"
mkdir "$root/etc.over/upper" "$root/etc.over/work"
mount -t overlay over -o "lowerdir=/etc,upperdir=$root/etc.over/upper,workdir=$root/etc.over/work" /etc
mount --bind "$root/etc/network" /etc/network
mount -t tmpfs run /run
mkdir /run/network
mkdir -p /var/lib/dhcp
mount -t tmpfs leases /var/lib/dhcp
trap 'cat /run/*.pid | xargs -r kill 2>/dev/null || :' EXIT
ip address add 203.0.113.14/28 dev switch
dnsmasq --conf-file=/dev/null --port=0 --interface=switch --bind-interfaces --no-ping --dhcp-authoritative --user=root --log-facility=/run/log \
  --dhcp-leasefile=/run/leases --pid-file=/run/dnsmasq.pid --dhcp-range=203.0.113.5,203.0.113.5,255.255.255.240,2m --dhcp-option=6
`;
  const hasServer = findOnPath("dnsmasq") !== undefined;
  if (!hasServer)
    console.log("left out: dnsmasq is not installed, so nobody gives a lease (apt-get install dnsmasq-base)");

  it.skipIf(!hasServer)(
    "is given an address by DHCP from the start, and begins and ends to ask while it is up",
    () => {
      const smaller = nic({ mtu: 1400, addresses: ["2001:db8:1::9/64"], dhcp4: true });
      const plain = nic({ addresses: ["203.0.113.9/28"] });
      const routed = nic({ addresses: ["203.0.113.9/28"], gateways: ["203.0.113.1"] });
      const both = nic({ addresses: ["203.0.113.9/28"], gateways: ["203.0.113.1"], dhcp4: true });
      const mixed = nic({ addresses: ["203.0.113.9/28"], dhcp4: true });
      const script = [
        change(NO_WORDS, leased),
        change(leased, first),
        change(first, leased),
        `${change(leased, smaller)}grep -q dhclient "/proc/$(cat /run/dhclient.eth4.pid)/cmdline"\n`,
        change(smaller, plain),
        change(plain, mixed),
        change(mixed, plain),
        change(plain, both),
        change(both, routed),
        change(routed, leased),
        change(leased, NO_WORDS),
        change(NO_WORDS, first),
      ];
      // What the client's own script says is none of this.
      const seen = states(`${DHCP}${script.join("")}`).map((lines) =>
        lines.filter((line) => !line.startsWith("RTNETLINK")),
      );
      const SMALLER = LEASED.map((line) => (line === "1500" ? "1400" : line));
      const PLAIN = ["state eth4=eth4", "203.0.113.9/28", "1500"];
      const ROUTED = ["state eth4=eth4", "203.0.113.9/28", "default via 203.0.113.1 dev eth4 onlink", "1500"];
      const BOTH = ["state eth4=eth4", "203.0.113.9/28", "203.0.113.5/28", ...ROUTED.slice(2)];
      expect(seen.slice(0, 5)).toEqual([LEASED, FIRST, LEASED, SMALLER, PLAIN]);
      const MIXED = [...BOTH.slice(0, 3), "default via 203.0.113.14 dev eth4", "1500"];
      expect(seen.slice(5, 7)).toEqual([MIXED, PLAIN]);
      expect(seen.slice(7)).toEqual([BOTH, ROUTED, LEASED, ["state", "1500"], FIRST]);
    },
    60_000,
  );

  it("what is up by other means is taken over as it is, not brought up once more", () => {
    const byHand =
      "ip link set eth4 up\nip address add 203.0.113.9/28 dev eth4\nip address add 2001:db8:1::9/64 dev eth4\nip route add default via 203.0.113.1 dev eth4 onlink\n";
    expect(states(byHand + change(first, first))).toEqual([FIRST]);
  });
});

describe("what interfaces(5) can't say", () => {
  it.each<[string, LinuxWords, string]>([
    [
      "a name with a backslash",
      { ...NO_WORDS, links: { "a\\": link() } },
      'The name "a\\\\" can\'t stand in /etc/network/interfaces, which knows no quotes',
    ],
    [
      "a bond with a dot",
      { ...NO_WORDS, bonds: { "bond.1": bond({ mode: "balance-xor", members: [] }) }, links: { "bond.1": link() } },
      "ifupdown takes bond.1 for a VLAN device on bond, by its name alone",
    ],
    [
      "a VLAN named after another",
      {
        ...NO_WORDS,
        vlans: { "br0.5": { link: "br0", id: 6 } },
        bridges: { br0: bridge() },
        links: { br0: link(), "br0.5": link() },
      },
      "ifupdown takes br0.5 for a VLAN device on br0, by its name alone",
    ],
  ])("%s", (_, words, message) => {
    const found = ifupdown.unsupported(words);
    expect(found.map((fault) => fault.message)).toEqual([message]);
    for (const { remedy } of found) expect(remedy).toMatch(/^(Use|Set|Remove|Add) .*\.$/);
  });

  it("any text is written as one word or refused", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        let word: string;
        try {
          word = interfaces(text);
        } catch (error) {
          expect(String(error)).toContain("it knows no quotes");
          return;
        }
        const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${word}`], { encoding: "utf8", cwd: folder });
        expect(stdout).toBe(`${text}\0`);
      }),
      { numRuns: 300 },
    );
    for (const text of ["", "a b", "a\nb", "a\\", "#a", "$(a)", "-a", "a'b", "*", "~a"])
      expect(() => interfaces(text)).toThrow(/no quotes/);
  });
});
