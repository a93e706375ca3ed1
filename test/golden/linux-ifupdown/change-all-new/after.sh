(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# A NIC that is new here keeps nothing that others gave it.
ip address flush dev eth0 scope global || :
ip address flush dev eth1 scope global || :
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
ifdown --force br0 || :
ifup br0 || failed=1
ifdown --force bond0 || :
ifup bond0 || failed=1
ifdown --force mgmt || :
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
