(
# What has to leave goes down by NetworkManager first, its ports before it: a profile that is taken down by hand is not brought up again by
# NetworkManager itself, and a port would bring up its controller. Then the kernel's device is deleted.
nmcli --wait 30 connection down id multiport-mgmt || :
if [ -e /sys/class/net/mgmt ]; then
  nmcli --wait 30 device delete mgmt || :
  [ ! -e /sys/class/net/mgmt ] || ip link delete dev mgmt
fi
nmcli --wait 30 connection down id multiport-eth1 || :
ip link set dev eth1 nomaster || :
nmcli --wait 30 connection down id multiport-eth0 || :
ip link set dev eth0 nomaster || :
nmcli --wait 30 connection down id multiport-eth0 || :
nmcli --wait 30 connection down id multiport-eth1 || :
nmcli --wait 30 connection down id multiport-bond0 || :
if [ -e /sys/class/net/bond0 ]; then
  nmcli --wait 30 device delete bond0 || :
  [ ! -e /sys/class/net/bond0 ] || ip link delete dev bond0
fi
nmcli --wait 30 connection down id multiport-bond0 || :
nmcli --wait 30 connection down id multiport-br0 || :
if [ -e /sys/class/net/br0 ]; then
  nmcli --wait 30 device delete br0 || :
  [ ! -e /sys/class/net/br0 ] || ip link delete dev br0
fi
)
