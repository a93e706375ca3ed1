(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# A NIC that is new here keeps nothing that others gave it.
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
if [ ! -e /sys/class/net/bond0 ]; then
  ifdown --force bond0 || :
elif ! ifquery --state bond0 >/dev/null; then
  mkdir -p /run/network
  echo bond0 >/run/network/ifstate.bond0
  echo bond0=bond0 >>/run/network/ifstate
fi
ifup bond0 || failed=1
if [ ! -e /sys/class/net/bond1 ]; then
  ifdown --force bond1 || :
elif ! ifquery --state bond1 >/dev/null; then
  mkdir -p /run/network
  echo bond1 >/run/network/ifstate.bond1
  echo bond1=bond1 >>/run/network/ifstate
fi
ifup bond1 || failed=1
if [ ! -e /sys/class/net/bond0.30 ]; then
  ifdown --force bond0.30 || :
elif ! ifquery --state bond0.30 >/dev/null; then
  mkdir -p /run/network
  echo bond0.30 >/run/network/ifstate.bond0.30
  echo bond0.30=bond0.30 >>/run/network/ifstate
fi
ifup bond0.30 || failed=1
# What has changed on a device that stays is told to the kernel.
ip link set dev bond0 type bond miimon 100 || failed=1
ip link set dev bond0 type bond updelay 200 || failed=1
ip link set dev bond0 type bond downdelay 0 || failed=1
ip link set dev bond0 type bond arp_ip_target '' || failed=1
sh -c 'printf "%s\n" "$1" >"$2"' sh '' /sys/class/net/bond0/bonding/primary || failed=1
exit "$failed"
)
