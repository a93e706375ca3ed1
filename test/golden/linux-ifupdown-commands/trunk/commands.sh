run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set up dev lo 2>/dev/null

run-parts --exit-on-error /etc/network/if-pre-up.d
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/br0 ] || ip link add dev br0 type bridge vlan_filtering 1 vlan_default_pvid 0 stp_state 0 mcast_snooping 0 ageing_time 6000
bridge vlan add dev br0 vid 10 self
bridge vlan add dev br0 vid 20 self
run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev br0 mtu 9000

ip link set dev br0 up 2>/dev/null || true
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/bond0 ] || ip link add dev bond0 type bond mode 802.3ad lacp_active on min_links 1 resend_igmp 3 all_slaves_active 1
run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev bond0 mtu 9000

ip link set dev bond0 up 2>/dev/null || true
ip link set dev bond0 master br0
bridge link set dev bond0 isolated off
bridge vlan add dev bond0 vid 5-9
bridge vlan add dev bond0 vid 10 pvid untagged
bridge vlan add dev bond0 vid 11-20
bridge vlan add dev bond0 vid 100-199
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/mgmt ] || ip link add link br0 name mgmt type vlan id 20
run-parts --exit-on-error /etc/network/if-pre-up.d
ip addr add 192.0.2.11/255.255.255.0 broadcast 192.0.2.255 	  dev mgmt label mgmt
ip link set dev mgmt mtu 1500  up
 ip route add default via 192.0.2.1  dev mgmt onlink 
ip address replace 192.0.2.12/24 dev mgmt
ip address replace 2001:db8::11/64 dev mgmt
ip route replace default via 2001:db8::1 dev mgmt onlink
run-parts --exit-on-error /etc/network/if-up.d
run-parts --exit-on-error /etc/network/if-up.d
