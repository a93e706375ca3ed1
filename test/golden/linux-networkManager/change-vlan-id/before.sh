(
# What has to leave goes down by NetworkManager first, its ports before it: a profile that is taken down by hand is not brought up again by
# NetworkManager itself, and a port would bring up its controller. Then the kernel's device is deleted.
nmcli --wait 30 connection down id multiport-mgmt || :
if [ -e /sys/class/net/mgmt ]; then
  nmcli --wait 30 device delete mgmt || :
  [ ! -e /sys/class/net/mgmt ] || ip link delete dev mgmt
fi
)
