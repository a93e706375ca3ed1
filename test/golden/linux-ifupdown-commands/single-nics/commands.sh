run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set up dev lo 2>/dev/null

run-parts --exit-on-error /etc/network/if-pre-up.d
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/br1 ] || ip link add dev br1 type bridge vlan_filtering 1 vlan_default_pvid 0 stp_state 1 mcast_snooping 1 ageing_time 30000
run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev br1 mtu 1500

ip link set dev br1 up 2>/dev/null || true
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/br2 ] || ip link add dev br2 type bridge vlan_filtering 0 vlan_default_pvid 1 stp_state 0 mcast_snooping 1 ageing_time 30000
bridge vlan add dev br2 vid 1 pvid untagged self
run-parts --exit-on-error /etc/network/if-pre-up.d
ip addr add 198.51.100.2/255.255.255.0 broadcast 198.51.100.255 	  dev br2 label br2
ip link set dev br2 mtu 1500  up

run-parts --exit-on-error /etc/network/if-up.d

run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev eth2 mtu 1500

ip link set dev eth2 up 2>/dev/null || true
ip link set dev eth2 master br1
bridge link set dev eth2 isolated off
bridge vlan add dev eth2 vid 40 pvid
run-parts --exit-on-error /etc/network/if-up.d

run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev eth3 mtu 1500

ip link set dev eth3 up 2>/dev/null || true
ip link set dev eth3 master br2
bridge link set dev eth3 isolated off
bridge vlan add dev eth3 vid 1 pvid untagged
run-parts --exit-on-error /etc/network/if-up.d

run-parts --exit-on-error /etc/network/if-pre-up.d
ip addr add 203.0.113.9/255.255.255.240 broadcast 203.0.113.15 	  dev eth4 label eth4
ip link set dev eth4 mtu 1500  up
 ip route add default via 203.0.113.1  dev eth4 onlink 
ip address replace 2001:db8:1::9/64 dev eth4
run-parts --exit-on-error /etc/network/if-up.d
run-parts --exit-on-error /etc/network/if-up.d
