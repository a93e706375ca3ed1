(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# A NIC that is new here keeps nothing that others gave it.
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
if [ ! -e /sys/class/net/br0 ]; then
  ifdown --force br0 || :
elif ! ifquery --state br0 >/dev/null; then
  mkdir -p /run/network
  echo br0 >/run/network/ifstate.br0
  echo br0=br0 >>/run/network/ifstate
fi
ifup br0 || failed=1
if [ ! -e /sys/class/net/bond0 ]; then
  ifdown --force bond0 || :
elif ! ifquery --state bond0 >/dev/null; then
  mkdir -p /run/network
  echo bond0 >/run/network/ifstate.bond0
  echo bond0=bond0 >>/run/network/ifstate
fi
ifup bond0 || failed=1
if [ ! -e /sys/class/net/mgmt ]; then
  ifdown --force mgmt || :
elif ! ifquery --state mgmt >/dev/null; then
  mkdir -p /run/network
  echo mgmt >/run/network/ifstate.mgmt
  echo mgmt=mgmt >>/run/network/ifstate
fi
ifup mgmt || failed=1
# What has changed on a device that stays is told to the kernel.
ip link set dev br0 type bridge stp_state 1 || failed=1
exit "$failed"
)
