(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
bridge vlan del dev br0 vid 10 self || :
bridge vlan del dev bond0 vid 5-7 || :
bridge vlan del dev bond0 vid 100-119 || :
bridge vlan del dev bond0 vid 121-199 || :
ip route del default via 192.0.2.1 dev mgmt || :
ip route del default via 2001:db8::1 dev mgmt || :
ip address del 192.0.2.11/24 dev mgmt || :
ip address del 2001:db8::11/64 dev mgmt || :
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
ip link set dev br0 type bridge mcast_snooping 1 || failed=1
bridge vlan add dev br0 vid 20 pvid untagged self || failed=1
bridge link set dev bond0 isolated on || failed=1
bridge vlan add dev bond0 vid 8-30 || failed=1
bridge vlan add dev bond0 vid 120 || failed=1
ip address replace 192.0.2.12/24 dev mgmt || failed=1
ip route replace default via 192.0.2.254 dev mgmt onlink || failed=1
# Name servers and search domains go by the hooks of resolvconf or systemd-resolved, first without the old ones.
export IFACE=mgmt LOGICAL=mgmt ADDRFAM=inet METHOD=static VERBOSITY=0 IF_DNS_NAMESERVERS=192.0.2.54 IF_DNS_SEARCH=example.net
MODE=stop PHASE=pre-down run-parts --regex '^resolv(conf|ed)$' /etc/network/if-down.d || failed=1
MODE=start PHASE=post-up run-parts --regex '^(000resolvconf|resolved)$' /etc/network/if-up.d || failed=1
exit "$failed"
)
