(
# With the old file still in place: ifdown goes by what it reads now. It also forgets what it believed of a device whose stanza others
# have removed. A device that it leaves behind is removed in the kernel.
# A DHCP client of others would go on giving its address to the NIC.
[ ! -s /run/dhclient.eth2.pid ] || kill "$(cat /run/dhclient.eth2.pid)" || :
[ ! -s /run/dhclient.eth3.pid ] || kill "$(cat /run/dhclient.eth3.pid)" || :
[ ! -s /run/dhclient.eth4.pid ] || kill "$(cat /run/dhclient.eth4.pid)" || :
)
