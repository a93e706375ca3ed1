#!/bin/sh
# Turns a fresh Debian root file system into that of the lab's host. Arguments: the root, and the folder with keys in which
# the kernel (vmlinuz), the initial RAM disk (initrd) and the disk (disk.raw) are put. No loop device and no mount.
set -eu
root=$1 out=$2 size=$3

# Keys: the same for every start, so that a known_hosts line stays true.
mkdir -p "$root/root/.ssh"
chmod 700 "$root/root/.ssh"
install -m 600 "$out/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
rm -f "$root"/etc/ssh/ssh_host_*
install -m 600 "$out/ssh_host_ed25519_key" "$root/etc/ssh/ssh_host_ed25519_key"
install -m 644 "$out/ssh_host_ed25519_key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
chroot "$root" usermod --password '*' --shell /bin/bash root

# What the tests need runs at boot; what they start themselves does not, because each service costs seconds under TCG.
chroot "$root" systemctl --quiet set-default multi-user.target
chroot "$root" systemctl --quiet enable systemd-networkd.service ssh.service
for unit in NetworkManager lldpd networking libvirtd libvirt-guests nftables systemd-resolved systemd-timesyncd; do
  chroot "$root" systemctl --quiet disable "$unit.service" 2>/dev/null || true
done
# libvirt starts when it is first asked something.
chroot "$root" systemctl --quiet enable libvirtd.socket virtlogd.socket
# Never of use here: waiting for NICs that nobody configures, consoles, daily jobs.
for unit in NetworkManager-wait-online.service systemd-networkd-wait-online.service ifupdown-wait-online.service \
  getty@tty1.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer man-db.timer \
  systemd-binfmt.service e2scrub_all.timer e2scrub_reap.service logrotate.timer systemd-hwdb-update.service ldconfig.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
# Each program that makes units is run at every reload of systemd, of which netplan asks for two a change.
mkdir -p "$root/etc/systemd/system-generators"
for generator in cryptsetup debug getty gpt-auto hibernate-resume integritysetup rc-local run ssh system-update tpm2 veritysetup; do
  ln -sf /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done
# The network "default" of libvirt would bring up a bridge of its own.
rm -f "$root/etc/libvirt/qemu/networks/autostart/default.xml"

# An initial RAM disk with what finds the disk, and nothing else; modules that need not be unpacked.
kernel=$(ls "$root/usr/lib/modules")
printf 'virtio_pci\nvirtio_blk\next4\n' >"$root/etc/initramfs-tools/modules"
sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=zstd/' "$root/etc/initramfs-tools/initramfs.conf"
find "$root/usr/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r -n 200 -P 2 xz -dq
chroot "$root" depmod "$kernel"
chroot "$root" mkinitramfs -o /boot/initrd.lab "$kernel"
mv "$root/boot/initrd.lab" "$out/initrd"
cp "$root/boot/vmlinuz-$kernel" "$out/vmlinuz"
rm -f "$root"/boot/initrd.img-* "$root"/var/cache/apt/*.bin
rm -rf "$root"/var/lib/apt/lists/*

mke2fs -q -t ext4 -d "$root" -L lab -m 0 -E root_owner=0:0 "$out/disk.raw" "$size"
