// What the namespaces lab needs of this computer, and what it lacks. I/O: looks, changes nothing.
import { spawnSync } from "node:child_process";
import { findOnPath } from "../toolchain/command";

/** A Debian package, the programs of it that are used, and what for. */
export interface NeededPackage {
  readonly name: string;
  readonly programs: readonly string[];
  readonly neededFor: string;
}

/** For `ensureDebianPackages`. */
export const netnsPackages: readonly NeededPackage[] = [
  {
    name: "openvswitch-switch",
    programs: ["ovs-vsctl", "ovs-appctl", "ovsdb-tool", "ovsdb-server", "ovs-vswitchd"],
    neededFor: "the hosts' virtual switches and the physical switch's stand-in",
  },
  { name: "openssh-server", programs: ["sshd"], neededFor: "reaching hosts and guests as real ones are" },
  { name: "openssh-client", programs: ["ssh", "ssh-keygen"], neededFor: "keys, and logging in by hand" },
  { name: "ifupdown", programs: ["ifup", "ifquery"], neededFor: "the guests' own network configuration" },
  { name: "iproute2", programs: ["ip"], neededFor: "cables (veth pairs) and addresses" },
  { name: "ethtool", programs: ["ethtool"], neededFor: "checksums that the userspace datapath cannot fill in" },
  { name: "nftables", programs: ["nft"], neededFor: "cutting a cable without a sign" },
  { name: "iputils-ping", programs: ["ping"], neededFor: "testing reachability" },
  { name: "socat", programs: ["socat"], neededFor: "reaching the machines' SSH servers from 127.0.0.1" },
  { name: "util-linux", programs: ["unshare", "nsenter", "mountpoint"], neededFor: "the namespaces" },
  { name: "passwd", programs: ["usermod", "chpasswd"], neededFor: "a machine's own root account" },
];

const privileged = "Use a virtual machine, or a container with --privileged.";

// Each line: what is tried in namespaces that are gone afterwards, and what it means when it fails.
const trials: readonly { readonly command: string; readonly reason: string }[] = [
  { command: "mount -t tmpfs try /mnt", reason: `Mounting is not allowed here. ${privileged}` },
  {
    command:
      "mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w overlay /mnt/r",
    reason: "This kernel mounts no overlay. Load the module (modprobe overlay), or use a kernel that has it.",
  },
  {
    command: "mkdir /mnt/p && mount -t proc proc /mnt/p && mkdir /mnt/s && mount -t sysfs sysfs /mnt/s",
    reason: `Mounting /proc and /sys is not allowed here. ${privileged}`,
  },
  {
    command: "ip link add try0 type veth peer name try1",
    reason: "This kernel makes no veth pairs. Load the module (modprobe veth).",
  },
  {
    command: "ip link add try2 type bridge",
    reason: "This kernel makes no bridges. Load the module (modprobe bridge).",
  },
  {
    command: "test -c /dev/net/tun && : <>/dev/net/tun",
    reason: "There is no usable /dev/net/tun. Load the module (modprobe tun); a container needs --device /dev/net/tun.",
  },
  {
    command: "nft 'add table netdev try; add chain netdev try out { type filter hook egress device lo priority 0; }'",
    reason: "nft cannot filter what leaves an interface here. It takes Linux 5.16 or newer with nf_tables.",
  },
];

/** Why the lab cannot run here, in words that say what to do; nothing when it can. */
export function whyNotNetns(): readonly string[] {
  if (process.platform !== "linux")
    return ["The namespaces lab needs Linux. Run it in a Linux virtual machine, such as Multipass, Lima or WSL 2."];
  const packages = missingPackages();
  if (process.getuid?.() !== 0) return [...packages, "The namespaces lab needs root. Run it with sudo."];
  return packages.length > 0 ? packages : failedTrials();
}

function missingPackages(): readonly string[] {
  return netnsPackages.flatMap(({ name, programs, neededFor }) => {
    const missing = programs.filter((program) => !isThere(program));
    if (missing.length === 0) return [];
    return [`${missing.join(", ")}: not found. Needed for ${neededFor}. Get it with: apt-get install ${name}`];
  });
}

// Debian keeps these folders from a plain user's PATH.
const systemFolders = ["/usr/sbin", "/sbin"];

function isThere(program: string): boolean {
  const test = `for folder; do [ ! -x "$folder/${program}" ] || exit 0; done; exit 1`;
  return findOnPath(program) !== undefined || spawnSync("sh", ["-c", test, "sh", ...systemFolders]).status === 0;
}

function failedTrials(): readonly string[] {
  const script = trials.map(({ command }, index) => `{ ${command}; } >/dev/null 2>&1 || echo ${index}`).join("\n");
  const namespaces = ["--net", "--mount", "--uts", "--pid", "--fork"];
  const { status, stdout } = spawnSync("unshare", [...namespaces, "sh", "-c", `${script}\necho done`], {
    encoding: "utf8",
  });
  const lines = stdout.split("\n");
  if (status !== 0 || !lines.includes("done")) return [`Namespaces cannot be made here. ${privileged}`];
  return trials.filter((_, index) => lines.includes(`${index}`)).map(({ reason }) => reason);
}
