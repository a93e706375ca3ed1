// A machine with two ports in namespaces of its own, the real kernel and one renderer's real daemon, and a router behind both ports. A change goes
// as on a machine: facts, plan, checks, files, scripts. I/O; nothing of it touches this computer's network.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findOnPath } from "../../lab/toolchain/command.js";
import { fillTemplate } from "../../providers/engine/template.js";
import type { LayerPlan } from "../../providers/platforms/layer.js";
import type { LinuxFacts } from "../../providers/platforms/linux/facts.js";
import { linux } from "../../providers/platforms/linux/index.js";
import type { LinuxWords, RendererName } from "../../providers/platforms/linux/words.js";
import { HEADING, scriptOf } from "../platforms/linux/rendering.js";

const UNSHARE = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
/** The first process takes in those that others have left, and ends by itself. */
const FIRST = "for _ in $(seq 300); do sleep 1; done";
const NETWORKD = "/lib/systemd/systemd-networkd";

const DAEMONS: Readonly<Record<RendererName, readonly string[]>> = {
  netplan: ["netplan", "networkctl", "dbus-daemon"],
  networkd: ["networkctl", "dbus-daemon"],
  NetworkManager: ["NetworkManager", "nmcli", "dbus-daemon"],
  ifupdown: ["ifup"],
};

/** Why no such machine can be made here; undefined: it can. */
export function whyNoMachine(renderer: RendererName): string | undefined {
  const missing = DAEMONS[renderer].find((program) => findOnPath(program) === undefined);
  if (missing !== undefined) return `${missing} is not installed`;
  const trial = spawnSync("unshare", [...UNSHARE, "mount", "-t", "sysfs", "-o", "ro", "sysfs", "/sys"]);
  return trial.status === 0 ? undefined : `namespaces can't be made here (${trial.stderr}); it takes root`;
}

/** `/etc` is a copy that is written to, `/sys` read-only: what is told by udev elsewhere is taken as told. */
const MACHINE = `mount -t tmpfs tmpfs "$root/upper"
mkdir "$root/upper/etc" "$root/upper/work" "$root/upper/lib"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$root/upper/etc,workdir=$root/upper/work" /etc
mount -t sysfs -o ro sysfs /sys
mount -t tmpfs run /run
mkdir -p /run/dbus /run/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp /run/systemd/network
rm -f /etc/netplan/*.yaml /etc/systemd/network/* /etc/NetworkManager/system-connections/* /etc/NetworkManager/conf.d/* /etc/network/interfaces.d/*
mkdir -p /etc/netplan /etc/systemd/network /etc/NetworkManager/system-connections /etc/network/interfaces.d /etc/sysctl.d
echo 'source /etc/network/interfaces.d/*' >/etc/network/interfaces
# networkd forgets what others have whenever it takes a file, unless it is told not to.
mkdir -p /etc/systemd/networkd.conf.d
printf '[Network]\\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n' >/etc/systemd/networkd.conf.d/others.conf
mkdir -p /run/netns
ip link set lo up
ip netns add router
ip -n router link set lo up
ip -n router address add 203.0.113.9/32 dev lo
ip -n router address add 2001:db8:9::9/128 dev lo nodad
ip netns exec router sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; echo 1 >/proc/sys/net/ipv4/ip_forward'
`;

/** To a router of both networks, which also has the address of somebody far away and takes an answer by either port: 203.0.113.9, 2001:db8:9::9. */
const CABLES = `for port in 4 5; do
  ip link add "eth$port" type veth peer name "s$port"
  ip link set "s$port" netns router
  ip -n router link set "s$port" up
  ip -n router address add "10.\${port}.0.1/24" dev "s$port"
  ip -n router address add "2001:db8:$port::1/64" dev "s$port" nodad
done
ip netns exec router sh -c 'for setting in all s4 s5; do echo 0 >/proc/sys/net/ipv4/conf/$setting/rp_filter; done'
`;

const CONFIG =
  "[main]\nplugins=keyfile\nno-auto-default=*\ndns=none\nrc-manager=unmanaged\n[device]\nmatch-device=*\nmanaged=1\n";

const NETWORKD_START = "systemctl start systemd-networkd.service\n";
/** At a start of the machine, when its interfaces are there. */
const START: Readonly<Record<RendererName, string>> = {
  netplan: `netplan generate\n${NETWORKD_START}`,
  networkd: NETWORKD_START,
  NetworkManager: `NetworkManager --no-daemon >"$root/daemon.log" 2>&1 &
echo $! >/run/daemon.pid
for _ in $(seq 50); do
  [ "$(nmcli -g STARTUP general 2>/dev/null)" = started ] && nmcli -g GENERAL.STATE device show eth5 | grep -q '^\\(30\\|100\\)' && break
  sleep 0.1
done
`,
  ifupdown: "ifup -a\n",
};

/** What a machine of the renderer has besides. */
const THERE: Readonly<Record<RendererName, string>> = {
  netplan: "echo 'network: {version: 2}' >/etc/netplan/10-there.yaml\nchmod 600 /etc/netplan/10-there.yaml\n",
  networkd: "",
  NetworkManager: `printf '${CONFIG.replaceAll("\n", "\\n")}' >/etc/NetworkManager/NetworkManager.conf\nmount --bind "$root/upper/lib" /var/lib/NetworkManager\n`,
  ifupdown: "",
};

/** The kernel has nothing, and systemd-udev has systemd-sysctl read its files for each interface. */
const RESTART = `if [ -e /run/daemon.pid ]; then
  kill "$(cat /run/daemon.pid)"
  for _ in $(seq 100); do kill -0 "$(cat /run/daemon.pid)" 2>/dev/null || break; sleep 0.05; done
  rm /run/daemon.pid
fi
rm -rf /run/NetworkManager /run/network/* /run/systemd/network/* /run/systemd/netif/links/*
ip link delete eth4
ip link delete eth5
for family in -4 -6; do
  ip $family rule flush
  ip $family rule add lookup main priority 32766
done
ip rule add lookup default priority 32767
${CABLES}/lib/systemd/systemd-sysctl --prefix=/net/ipv4/conf/eth4 --prefix=/net/ipv4/conf/eth5
`;

/** Stands for systemd, which is not there: starts networkd, and says which of them run. */
function systemctl(renderer: RendererName): string {
  const isNetworkd = renderer === "netplan" || renderer === "networkd";
  return `#!/bin/sh
case "$*" in
  'is-active systemd-networkd.service') ${isNetworkd ? "exit 0" : "exit 3"} ;;
  'is-active NetworkManager.service') ${renderer === "NetworkManager" ? "exit 0" : "exit 3"} ;;
  'is-enabled networking.service') ${renderer === "ifupdown" ? "echo enabled" : "exit 1"} ;;
  'start systemd-networkd.service')
    [ ! -e /run/daemon.pid ] || exit 0
    chown -R systemd-network:systemd-network /run/systemd/netif
    ${NETWORKD} >"$root/daemon.log" 2>&1 &
    echo $! >/run/daemon.pid
    for _ in $(seq 50); do networkctl list >/dev/null 2>&1 && exit 0; sleep 0.1; done
    ;;
  *) exit 1 ;;
esac
`;
}

const SETTLE_MILLISECONDS = 6000;

export class TwoPortMachine {
  private readonly folder = mkdtempSync(join(tmpdir(), "linux-machine-"));
  private readonly first: ChildProcess;
  private readonly inside: string;
  private files: Record<string, string> = {};
  private applied: LinuxWords | undefined;

  constructor(readonly renderer: RendererName) {
    for (const name of ["bin", "upper", "stage"]) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, "bin", "systemctl"), systemctl(renderer), { mode: 0o755 });
    this.first = spawn("unshare", [...UNSHARE, "sh", "-c", FIRST], { stdio: "ignore" });
    this.inside = childOf(this.first.pid ?? 0);
    const dbus = renderer === "ifupdown" ? "" : "dbus-daemon --system --fork\n";
    this.run(`${MACHINE}${CABLES}${dbus}${THERE[renderer]}${START[renderer]}`);
  }

  stop(): void {
    this.first.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(script: string): string {
    const env = { ...process.env, root: this.folder, stage: join(this.folder, "stage"), LC_ALL: "C.UTF-8" };
    const PATH = `${this.folder}/bin:/usr/sbin:/sbin:${process.env.PATH}`;
    const enter = ["-t", this.inside, "-n", "-m", "-p", "sh", "-eu"];
    const { status, stdout, stderr } = spawnSync("nsenter", enter, {
      input: script,
      encoding: "utf8",
      timeout: 60_000,
      env: { ...env, PATH },
    });
    if (status !== 0) throw new Error(`${stderr}\n${stdout}\n${this.log()}`);
    return stdout;
  }

  /** As after a start of the machine: from its files alone. */
  restart(): LinuxWords {
    this.run(`${RESTART}${START[this.renderer]}`);
    return this.settled(this.applied ?? linux.nothing);
  }

  private log(): string {
    return spawnSync("tail", ["-n", "40", join(this.folder, "daemon.log")], { encoding: "utf8" }).stdout;
  }

  private facts(): LinuxFacts {
    return linux.readFacts(JSON.parse(this.run(fillTemplate("linux/facts.sh", {}))));
  }

  words(wanted: LinuxWords, facts = this.facts()): LinuxWords {
    const known = [wanted, ...(this.applied ? [this.applied] : [])];
    return linux.fromFacts(facts, { environment: HEADING.environment, known, files: this.files });
  }

  /** As `up` does it. Gives what the machine has then; it is waited for what a daemon does later. */
  change(given: LinuxWords): LinuxWords {
    const wanted = { ...given, renderer: Object.keys(given.links).length > 0 ? this.renderer : null };
    const { files, plan } = this.plan(wanted);
    this.place(files, () => this.run(scriptOf(plan.before)));
    this.run(scriptOf(plan.after));
    const there = this.settled(wanted);
    this.applied = wanted;
    return there;
  }

  /** As a change that nobody confirms: made, then put back by its own scripts. */
  changeAndPutBack(given: LinuxWords): LinuxWords {
    const wanted = { ...given, renderer: this.renderer };
    const old = this.files;
    const { files, plan } = this.plan(wanted);
    this.place(files, () => this.run(scriptOf(plan.before)));
    this.run(scriptOf(plan.after));
    this.settled(wanted);
    this.place(old, () => this.run(scriptOf(plan.revertBefore)));
    this.run(scriptOf(plan.revertAfter));
    return this.settled(this.applied ?? linux.nothing);
  }

  private plan(wanted: LinuxWords): { readonly files: Record<string, string>; readonly plan: LayerPlan } {
    const sections = linux.sections(wanted, HEADING);
    const files = Object.fromEntries(
      sections.map(({ path = "", template, data }) => [path, fillTemplate(template, data)]),
    );
    for (const [path, text] of Object.entries(files)) {
      const staged = join(this.folder, "stage", path);
      mkdirSync(dirname(staged), { recursive: true });
      writeFileSync(staged, text, { mode: 0o600 });
    }
    const facts = this.facts();
    const plan = linux.plan(wanted, { actual: this.words(wanted, facts), facts, heading: HEADING });
    if (plan.conflicts.length > 0) throw new Error(plan.conflicts.join("\n"));
    this.run(scriptOf(plan.check));
    return { files, plan };
  }

  private place(files: Record<string, string>, before: () => void): void {
    before();
    const gone = Object.keys(this.files).filter((path) => !Object.hasOwn(files, path));
    const texts = Object.entries(files).map(
      ([path, text]) => `mkdir -p ${dirname(path)}\ncat >${path} <<'FILE'\n${text}FILE\nchmod 0600 ${path}\n`,
    );
    this.run(`${texts.join("")}${gone.map((path) => `rm -f ${path}\n`).join("")}`);
    if (this.renderer !== "NetworkManager") this.run("chmod -R a+rX /etc/systemd/network\n");
    this.files = files;
  }

  /** The words as soon as they are those that are wanted, or what there is in the end. */
  private settled(wanted: LinuxWords): LinuxWords {
    const end = Date.now() + SETTLE_MILLISECONDS;
    for (;;) {
      const there = this.words(wanted);
      if (linux.compare(wanted, there).length === 0 || Date.now() > end) return there;
      spawnSync("sleep", ["0.2"]);
    }
  }
}

/** The first process inside, as it is called out here. */
function childOf(pid: number): string {
  for (let tries = 0; tries < 100; tries += 1) {
    const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    if (child !== "" && readFileSync(`/proc/${child}/comm`, "utf8").trim() === "sh") return child;
    spawnSync("sleep", ["0.02"]);
  }
  throw new Error("no process in the namespaces");
}
