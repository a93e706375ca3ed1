// The first process of a machine, in shell: it makes the machine's own view of the file system and starts its servers. Pure.
import { recordMyself } from "./processRecord";

// The whole root is an overlay whose upper part is in memory: whatever is written on a machine, nobody else sees it, and it
// is gone with the machine. Folders in which this computer keeps what belongs to it alone are empty on a machine.
// The kernel gives an overlay no file systems that are mounted below its lower part, so those get overlays of their own.
const makeRoot = `mount -t tmpfs -o mode=755 machine /mnt
overlay() {
  mkdir -p "/mnt/upper$1" "/mnt/work$1"
  mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper$1,workdir=/mnt/work$1" overlay "/mnt/root$1"
}
mkdir -p /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
for folder in /usr /etc /var /opt; do
  if mountpoint -q "$folder"; then overlay "$folder"; fi
done
own() { mkdir -p "$2"; mount -t tmpfs -o "mode=$1" machine "$2"; }
new=/mnt/root
own 755 $new/run; own 1777 $new/tmp; own 700 $new/root; own 755 $new/home; own 755 $new/dev
own 755 $new/etc/ssh; own 755 $new/etc/netplan; own 755 $new/etc/openvswitch; own 755 $new/var/log
own 755 $new/etc/network/interfaces.d; own 755 $new/var/lib/openvswitch; own 755 $new/etc/systemd/network; own 755 $new/etc/NetworkManager/system-connections`;

// Device files are bound, not made: containers may forbid making them. /sys has to be mounted anew to show this network
// namespace's interfaces; it is read-only because the rest of it is this computer's.
const makeKernelFolders = `mount -t proc proc $new/proc
mount -t sysfs -o ro sysfs $new/sys
mkdir $new/dev/pts $new/dev/shm $new/dev/net
for device in null zero full random urandom tty net/tun; do
  : >"$new/dev/$device"
  mount --bind "/dev/$device" "$new/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=666 devpts $new/dev/pts
ln -s pts/ptmx $new/dev/ptmx
ln -s /proc/self/fd $new/dev/fd
mount -t tmpfs -o mode=1777 machine $new/dev/shm`;

const enterRoot = `mkdir $new/run/lab
cp -R . $new/run/lab
mkdir $new/run/old
cd $new
pivot_root . run/old
cd /
umount -l /run/old
rmdir /run/old`;

const makeIdentity = `echo 'source /etc/network/interfaces.d/*' >/etc/network/interfaces
hostname "$name"
echo "$name" >/etc/hostname
cp /run/lab/hosts /etc/hosts
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
ip link set lo up`;

/** Starts the switch daemon of a machine; its database runs. */
export const startVswitchd = "ovs-vswitchd --pidfile --log-file -vconsole:off --detach";

const startOpenVSwitch = `mkdir /run/openvswitch /var/log/openvswitch
ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server /etc/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile --log-file -vconsole:off --detach
ovs-vsctl --no-wait init -- set Open_vSwitch . external_ids:hostname="$name" external_ids:system-id="$name"
${startVswitchd}`;

// Without PAM, sshd refuses root with a locked password even by key: the machine's own /etc/shadow gets another one.
// Servers newer than OpenSSH 9.8 slow down addresses that fail to log in; here all connections come from one address.
const startSsh = `mkdir /run/sshd
cp /run/lab/sshd_config /run/lab/ssh_host_ed25519_key /run/lab/authorized_keys /etc/ssh
usermod --password '*' --shell /bin/bash root
if [ -e /run/lab/password ]; then chpasswd --crypt-method SHA512 </run/lab/password; fi
penalties=PerSourcePenalties=no
/usr/sbin/sshd -t -f /etc/ssh/sshd_config -o $penalties 2>/dev/null || penalties=UsePAM=no
/usr/sbin/sshd -f /etc/ssh/sshd_config -o $penalties -E /var/log/sshd.log`;

/** What a machine of this kind runs as its PID 1. Parameters: $1 its folder, $2 the boot, $3 its name. */
export function machineScript(kind: "kvm" | "guest" | "switch"): string {
  const hasOpenVSwitch = kind !== "guest";
  const hasSsh = kind !== "switch";
  return [
    "set -eu",
    "umask 022",
    recordMyself,
    'record_myself "$1/record" "$2"',
    "name=$3 ready=$1/ready",
    'cd "$1"',
    'exec 3>"$ready"',
    makeRoot,
    makeKernelFolders,
    enterRoot,
    makeIdentity,
    ...(hasOpenVSwitch ? [closeReady(startOpenVSwitch)] : []),
    ...(hasSsh ? [closeReady(startSsh)] : []),
    "rm -r /run/lab",
    "echo ready >&3",
    "exec 3>&-",
    "while :; do sleep 2147483647 & wait $!; done",
  ].join("\n");
}

// A server that keeps the descriptor would keep the host's file system busy.
function closeReady(commands: string): string {
  return `{\n${commands}\n} 3>&-`;
}
