// NetworkManager as a renderer: golden profiles and scripts, NetworkManager's own reading of them, and what it can't be told.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { keyfile, keyfileItem } from "../../../providers/engine/quote.js";
import type { Filled } from "../../../providers/platforms/layer.js";
import { networkManager } from "../../../providers/platforms/linux/networkManager/index.js";
import { giveBackNames, giveNames } from "../../../providers/platforms/linux/nicNames.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { hostile } from "../../arbitrary.js";
import { checkByNmcli, hasNmcli, writeDaemon } from "./nmcli.js";
import { expectGolden, filesOf, scriptOf, scriptsOf } from "./rendering.js";
import { bond, bridge, CHANGES, HOSTS, link, NO_WORDS, TRUNK } from "./words.js";

const AREA = "linux-networkManager"; // test/golden/linux-networkManager

describe("golden", () => {
  it.each(Object.entries(HOSTS))("host %s", async (name, words) => {
    expect(networkManager.unsupported(words)).toEqual([]);
    const check = { path: "check.sh", text: scriptOf(networkManager.check(words)) };
    await expectGolden(AREA, `host-${name}`, [...filesOf(networkManager, words), check]);
  });

  it.each(Object.entries(CHANGES))("change %s", async (name, [actual, desired]) => {
    const scripts = scriptsOf(networkManager, actual, desired);
    for (const { text } of scripts) expect(spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr).toBe("");
    if (name === "nothing") expect(scripts).toEqual([]);
    else await expectGolden(AREA, `change-${name}`, scripts);
  });

  it("nothing wanted is no file and no script", () => {
    expect(filesOf(networkManager, NO_WORDS)).toEqual([]);
    expect(networkManager.check(NO_WORDS)).toEqual([]);
  });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "networkManager-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function check(words: LinuxWords, spoil?: (text: string) => string): ReturnType<typeof checkByNmcli> {
  return checkByNmcli(folder, words, spoil);
}

describe.skipIf(!hasNmcli)("NetworkManager's own reading", () => {
  it.each(Object.entries(HOSTS))("takes over every line of host %s", (_, words) => {
    writeDaemon(folder);
    expect(check(words)).toMatchObject({ status: 0, stderr: "" });
  });

  it.each([
    ["miimon=100", "miimon=-1", "[bond]miimon=-1\n"],
    ["miimon=100", "miimon=100ms", "[bond]miimon=100ms\n"],
    ["xmit_hash_policy=vlan+srcmac", "xmit_hash_policy=vlan", "[bond]xmit_hash_policy=vlan\n"],
    ["min_links=1", "min-links=1", "[bond]min-links=1\n"],
    ["vlans=5-9,10 pvid untagged,11-20", "vlans=5-9,10 pvid untagged,10-20x", "[bridge-port]vlans="],
    ["192.0.2.12/24", "192.0.2.12/33", "[ipv4]address2=192.0.2.12/33\n"],
  ])("finds that %s has become %s", (right, wrong, lost) => {
    writeDaemon(folder);
    const { status, stderr } = check(TRUNK, (text) => text.replace(right, wrong));
    expect(stderr).toContain(lost);
    expect(stderr).toContain("Upgrade NetworkManager, or leave out what it does not know.");
    expect(status).toBe(1);
  });

  it("a mode that NetworkManager makes balance-rr of is found", () => {
    writeDaemon(folder);
    const words = {
      ...NO_WORDS,
      bonds: { bond0: bond({ mode: "balance-xor", members: [] }) },
      links: { bond0: link() },
    };
    expect(check(words)).toMatchObject({ status: 0, stderr: "" });
    const { status, stderr } = check(words, (text) => text.replace("mode=balance-xor", "mode=balance-xor2"));
    expect(stderr).toContain("does not take over:\n[bond]mode=balance-xor2\n");
    expect(status).toBe(1);
  });

  it.each([
    ["mode=802.3ad", "mode=802.3", "bond.options: 'lacp_rate' option is only valid with mode '802.3ad'"],
    ["gateway=192.0.2.1", "gateway=192.0.2.one", "ipv4.gateway: gateway is invalid"],
  ])("is told why %s can't become %s", (right, wrong, reason) => {
    writeDaemon(folder);
    const { status, stderr } = check(TRUNK, (text) => text.replace(right, wrong));
    expect(stderr).toContain(`NetworkManager does not read this profile: Error: Error writing connection: ${reason}`);
    expect(status).toBe(1);
  });

  it("a file that is no key file is told with its path", () => {
    writeDaemon(folder);
    const { status, stderr } = check(TRUNK, (text) => text.replace("[connection]", "connection"));
    expect(stderr).toContain("multiport-bond0.nmconnection: NetworkManager does not read this profile: ");
    expect(status).toBe(1);
  });

  it("an option that this release lacks is named", () => {
    writeDaemon(folder);
    const words = {
      ...NO_WORDS,
      bonds: { bond0: bond({ mode: "802.3ad", members: [], lacp_active: "off" }) },
      links: { bond0: link() },
    };
    const [major = 0, minor = 0] = (
      /(\d+)\.(\d+)/.exec(spawnSync("nmcli", ["--version"], { encoding: "utf8" }).stdout) ?? []
    )
      .slice(1)
      .map(Number);
    const isKnown = major > 1 || minor >= 44;
    expect(check(words).stderr.includes("[bond]lacp_active=off\n")).toBe(!isKnown);
  });

  it.each([
    [{ running: "not running" }, "NetworkManager is not running"],
    [{ state: "unmanaged" }, "NetworkManager is told to leave eth0 alone (unmanaged)"],
    [{ type: "missing" }, "NetworkManager knows no device eth0"],
    [{ type: "ovs-interface" }, "eth0 is no Ethernet device in the eyes of NetworkManager"],
  ])("refuses a machine that says %j", (state, message) => {
    writeDaemon(folder, state);
    const { status, stderr } = check(TRUNK);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it("reads back every text that keyfile quotes", () => {
    fc.assert(
      fc.property(
        hostile.filter((text) => text.trim() !== "" && isWritable(text)),
        (id) => {
          const profile = `[connection]\nid=${keyfile(id)}\ntype=ethernet\n`;
          const answer = spawnSync("nmcli", ["--offline", "connection", "modify"], {
            input: profile,
            encoding: "utf8",
          });
          expect(answer.stderr).toBe("");
          // It writes a tab that is not the first character as it is.
          expect(/^id=(.*)$/m.exec(answer.stdout)?.[1]?.replaceAll("\t", "\\t")).toBe(keyfile(id));
        },
      ),
      { numRuns: 40, examples: [["!\t"], ["  !"], ["\n !"], ["\\n !"]] },
    );
  });
});

/** In namespaces of its own: D-Bus and the real NetworkManager, which takes a read-only /sys for a container without udev. */
const NAMESPACE = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--propagation", "private", "sh", "-eu"];
const CABLE = "ip link add eth4 type veth peer name switch\nip link set switch up\n";
const MANAGER = `NetworkManager --no-daemon >>"$root/log" 2>&1 &
manager=$!
# Until it is at rest: the NIC is connected, or waits for somebody to connect it.
for _ in $(seq 50); do
  [ "$(nmcli -g STARTUP general 2>/dev/null)" = started ] && nmcli -g GENERAL.STATE device show eth4 | grep -q '^\\(30\\|100\\)' && break
  sleep 0.2
done
`;
const START = `mount -t sysfs -o ro sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/dbus "$root/etc/system-connections" "$root/etc/conf.d" "$root/lib"
mount --bind "$root/etc" /etc/NetworkManager
mount --bind "$root/lib" /var/lib/NetworkManager
ip link set lo up
dbus-daemon --system --fork
${CABLE}${MANAGER}`;
const CONFIG =
  "[main]\nplugins=keyfile\nno-auto-default=*\ndns=none\nrc-manager=unmanaged\n[device]\nmatch-device=*\nmanaged=1\n";

function whyNotLive(): string | undefined {
  for (const program of ["NetworkManager", "dbus-daemon"])
    if (findOnPath(program) === undefined) return `${program} is not installed (apt-get install network-manager)`;
  const trial = spawnSync("unshare", [...NAMESPACE, "-c", "mount -t sysfs -o ro sysfs /sys"], { encoding: "utf8" });
  return trial.status === 0 ? undefined : `namespaces can't be made here (${trial.stderr.trim()}); it takes root`;
}
const whyNot = whyNotLive();
if (whyNot) console.log(`left out: no NIC is brought up by NetworkManager: ${whyNot}`);

describe.skipIf(whyNot !== undefined)("a NIC by the real NetworkManager, in a namespace", () => {
  const nic = (settings: Parameters<typeof link>[0]): LinuxWords => ({ ...NO_WORDS, links: { eth4: link(settings) } });
  const first = nic({ addresses: ["203.0.113.9/28", "2001:db8:1::9/64"], gateways: ["203.0.113.1"] });
  const second = nic({ mtu: 1400, addresses: ["203.0.113.10/28", "203.0.113.11/28"], gateways: ["203.0.113.2"] });
  const SAY = `echo ==
nmcli -g GENERAL.CONNECTION device show eth4
ip -o addr show dev eth4 scope global | awk '{ print $4 }' | sort
ip route show default | sed 's/ proto.*//'
cat /sys/class/net/eth4/mtu
`;

  /** `names` is what comes between what leaves and the files. */
  function change(actual: LinuxWords, desired: LinuxWords, names = ""): string {
    const transition = { desired, actual, leaving: [] };
    const place = filesOf(networkManager, desired).map(
      ({ path, text }) => `cat >/${path} <<'FILE'\n${text}FILE\nchmod 0600 /${path}\n`,
    );
    const remove = "rm -f /etc/NetworkManager/*/*multiport*\n";
    const scripts = [networkManager.before(transition), networkManager.after(transition)].map(scriptOf);
    return `${scripts[0]}${names}${remove}${place.join("")}${scripts[1]}${SAY}`;
  }

  function states(script: string): string[][] {
    mkdirSync(join(folder, "etc"), { recursive: true });
    writeFileSync(join(folder, "etc", "NetworkManager.conf"), CONFIG);
    const env = { ...process.env, root: folder, stage: folder, LC_ALL: "C.UTF-8" };
    const { status, stdout, stderr } = spawnSync("unshare", NAMESPACE, {
      input: START + script,
      encoding: "utf8",
      env,
    });
    expect(status, stderr + readFileSync(join(folder, "log"), "utf8")).toBe(0);
    const parts = stdout.split("==\n").slice(1);
    return parts.map((text) =>
      text
        .split("\n")
        .filter((line) => line !== "" && !/successfully/.test(line))
        .map((line) => line.trim()),
    );
  }

  const FIRST = ["multiport-eth4", "2001:db8:1::9/64", "203.0.113.9/28", "default via 203.0.113.1 dev eth4", "1500"];
  const SECOND = ["multiport-eth4", "203.0.113.10/28", "203.0.113.11/28", "default via 203.0.113.2 dev eth4", "1400"];
  const FOREIGN = `nmcli connection add type ethernet con-name foreign ifname eth4 ipv4.method manual ipv4.addresses 198.51.100.7/24 ipv6.method disabled >/dev/null
nmcli --wait 20 connection up id foreign >/dev/null
`;

  it("makes a profile of others leave, changes while it is up, changes back, and leaves in its favour", () => {
    const script =
      FOREIGN + change(NO_WORDS, first) + change(first, second) + change(second, first) + change(first, NO_WORDS);
    const seen = states(script);
    expect(seen.slice(0, 3)).toEqual([FIRST, SECOND, FIRST]);
    expect(seen[3]?.[0]).not.toBe("multiport-eth4");
  }, 60_000);

  it("comes before a profile of others when both may connect by themselves, as at a boot", () => {
    // Nothing is left but the files: no state of the last run, no device that was up.
    const restart = `kill "$manager"\nwait\nrm -rf /run/NetworkManager\nip link delete eth4\n${CABLE}${MANAGER}`;
    // The one that was up last would win among equals.
    const last = "nmcli --wait 20 connection up id foreign >/dev/null\n";
    expect(states(`${FOREIGN}${change(NO_WORDS, first)}${last}${restart}${SAY}`)).toEqual([FIRST, FIRST]);
  }, 60_000);

  const leased = nic({ addresses: ["2001:db8:1::9/64"], dhcp4: true });
  const LEASED = ["multiport-eth4", "2001:db8:1::9/64", "203.0.113.5/28", "default via 203.0.113.14 dev eth4", "1500"];
  const SERVER = `ip address add 203.0.113.14/28 dev switch
dnsmasq --conf-file=/dev/null --port=0 --interface=switch --bind-interfaces --no-ping --dhcp-authoritative --user=root --log-facility=/run/log \
  --dhcp-leasefile=/run/leases --pid-file=/run/dnsmasq.pid --dhcp-range=203.0.113.5,203.0.113.5,255.255.255.240,2m --dhcp-option=6
`;
  const hasServer = findOnPath("dnsmasq") !== undefined;
  if (!hasServer)
    console.log("left out: dnsmasq is not installed, so nobody gives a lease (apt-get install dnsmasq-base)");

  it.skipIf(!hasServer)(
    "is given an address by DHCP from the start, and begins and ends to ask while it is up",
    () => {
      const script = change(NO_WORDS, leased) + change(leased, first) + change(first, leased);
      expect(states(`${SERVER}${script}`)).toEqual([LEASED, FIRST, LEASED]);
    },
    60_000,
  );

  it("takes a NIC that is renamed while a profile of others is active on it, and gives it back", () => {
    const words: LinuxWords = {
      ...NO_WORDS,
      links: { app0: first.links.eth4 ?? link() },
      nics: { app0: { mac: "52:54:00:00:00:04" } },
    };
    const facts = { nics: {}, links: new Map([["eth4", { ifname: "eth4", mtu: 1500, address: "52:54:00:00:00:04" }]]) };
    const names = (filled: readonly Filled[]) => scriptOf(filled);
    const address = "ip link set eth4 address 52:54:00:00:00:04\n";
    const renamed = change(NO_WORDS, words, names(giveNames(words, facts)))
      .replaceAll("dev eth4", "dev app0")
      .replaceAll("show eth4", "show app0")
      .replace("/net/eth4/mtu", "/net/app0/mtu");
    const back = change(words, NO_WORDS, names(giveBackNames(words, facts)));
    const seen = states(`${address}${FOREIGN}${renamed}${back}`);
    expect(seen[0]).toEqual(FIRST.map((line) => line.replace("eth4", "app0")));
    // It comes back by itself, its address soon after it.
    expect(seen[1]?.[0]).toBe("foreign");
  }, 60_000);

  it("a profile has the same uuid after every reading", () => {
    const uuid = "echo ==\nnmcli -g connection.uuid connection show id multiport-eth4\n";
    const [, before, after] = states(`${change(NO_WORDS, first)}${uuid}nmcli connection reload\n${uuid}`);
    expect(after).toEqual(before);
    expect(before?.[0]).toMatch(/^[0-9a-f-]{36}$/);
  }, 60_000);
});

function isWritable(text: string): boolean {
  try {
    return keyfile(text) !== undefined;
  } catch {
    return false;
  }
}

describe("quoting", () => {
  it.each([
    ["  two blanks", "\\s\\stwo blanks"],
    ["a\\b", "a\\\\b"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["a;b", "a;b"],
  ])("keyfile %j", (text, expected) => expect(keyfile(text)).toBe(expected));
  it("an item of a list has its own end quoted", () => expect(keyfileItem("a;b\\")).toBe("a\\;b\\\\"));
  it.each(["\0", "\x1b[0m", "\ud800", "\x7f"])("%j is refused", (text) =>
    expect(() => keyfile(text)).toThrow(/key file/),
  );

  it("no text reaches a shell or another key", () => {
    fc.assert(
      fc.property(hostile.filter(isWritable), (name) => {
        const words: LinuxWords = { ...NO_WORDS, bridges: { [name]: bridge() }, links: { [name]: link() } };
        const [file] = filesOf(networkManager, words);
        const keys = file?.text.split("\n").map((line) => line.replace(/=.*/, "")) ?? [];
        const plain = filesOf(networkManager, { ...NO_WORDS, bridges: { br0: bridge() }, links: { br0: link() } })[0];
        expect(keys).toEqual(
          plain?.text.split("\n").map((line, index) => (index === 0 ? keys[0] : line.replace(/=.*/, ""))),
        );
        const stub = "nmcli() { printf '%s\\0' \"$@\"; }\nip() { :; }\n";
        const script = scriptsOf(networkManager, NO_WORDS, words).at(-1)?.text ?? "";
        const { stdout } = spawnSync("sh", ["-eu"], { input: stub + script, encoding: "utf8", cwd: folder });
        expect(stdout.split("\0")).toContain(`multiport-${name}`);
      }),
      { numRuns: 40, examples: [["constructor"], ["__proto__"]] },
    );
  });
});

describe("what NetworkManager can't be told", () => {
  it.each<[string, LinuxWords, string]>([
    [
      "an isolated port",
      {
        ...NO_WORDS,
        bridges: {
          br0: bridge({ ports: { eth0: { vlan: { pvid: null, untagged: false, vlans: "" }, isolated: true } } }),
        },
      },
      "NetworkManager has no setting that isolates a port of a bridge",
    ],
    [
      "a name server of a family without address",
      { ...NO_WORDS, links: { eth0: link({ addresses: ["2001:db8::1/64"], nameservers: ["192.0.2.53"] }) } },
      "NetworkManager takes 192.0.2.53 only on a device with an IPv4 address, and eth0 has none",
    ],
    [
      "an address on a member",
      { ...TRUNK, links: { ...TRUNK.links, eth0: link({ addresses: ["192.0.2.1/24"] }) } },
      "NetworkManager gives no addresses or routes to eth0, which belongs to the bond bond0",
    ],
  ])("%s", (_, words, message) => {
    const found = networkManager.unsupported(words);
    expect(found.map((fault) => fault.message)).toEqual([message]);
    for (const { remedy } of found) expect(remedy).toMatch(/^(Use|Set|Remove|Add) .*\.$/);
  });
});
