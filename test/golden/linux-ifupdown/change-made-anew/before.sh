(
# With the old file still in place: ifdown goes by what it reads now. It also forgets what it believed of a device whose stanza others
# have removed. A device that it leaves behind is removed in the kernel.
ifdown --force eth0 || :
ip link set dev eth0 nomaster || :
ifdown --force bond0 || :
[ ! -e /sys/class/net/bond0 ] || ip link delete dev bond0
# A DHCP client of others would go on giving its address to the NIC.
[ ! -s /run/dhclient.eth1.pid ] || kill "$(cat /run/dhclient.eth1.pid)" || :
[ ! -s /run/dhclient.eth2.pid ] || kill "$(cat /run/dhclient.eth2.pid)" || :
)
