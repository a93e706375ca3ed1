// libvirt on a machine of the namespaces lab: its own daemon with its driver for QEMU. I/O.
import type { NetnsLab } from "./runningLab";

/** For `ensureDebianPackages`. */
export const libvirtPackages: readonly string[] = [
  "libvirt-daemon",
  "libvirt-daemon-driver-qemu",
  "libvirt-clients",
  "qemu-system-x86",
  "xorriso",
];

// What the package libvirt-daemon-system would do where systemd runs. No cgroups, no namespaces within namespaces, no SELinux.
const script = `set -eu
mkdir -p /etc/libvirt /var/log/libvirt/qemu
getent passwd libvirt-qemu >/dev/null || useradd --system --user-group libvirt-qemu
getent group kvm >/dev/null || groupadd --system kvm
cat >/etc/libvirt/qemu.conf <<'CONF'
user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
remember_owner = 0
CONF
libvirtd --daemon
tries=0
until virsh --quiet --connect qemu:///system uri >/dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 60 ]; sleep 0.5
done`;

/** Starts it and waits until it answers. */
export async function startLibvirt(lab: NetnsLab, machine: string): Promise<void> {
  const { code, stderr } = await lab.run(machine, ["sh", "-c", script], { timeoutSeconds: 60 });
  if (code !== 0) throw new Error(`libvirt on ${machine} did not start: ${stderr}`);
}
