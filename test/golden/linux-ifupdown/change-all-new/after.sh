(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
if [ ! -e /sys/class/net/br0 ]; then
  ifdown --force br0 || :
fi
ifup br0 || failed=1
if [ ! -e /sys/class/net/bond0 ]; then
  ifdown --force bond0 || :
fi
ifup bond0 || failed=1
if [ ! -e /sys/class/net/mgmt ]; then
  ifdown --force mgmt || :
fi
ifup mgmt || failed=1
# What has changed on a device that stays is told to the kernel.
ip link set dev bond0 master br0 || failed=1
bridge link set dev bond0 isolated off || failed=1
bridge vlan add dev bond0 vid 5-9 || failed=1
bridge vlan add dev bond0 vid 10 pvid untagged || failed=1
bridge vlan add dev bond0 vid 11-20 || failed=1
bridge vlan add dev bond0 vid 100-199 || failed=1
exit "$failed"
)
