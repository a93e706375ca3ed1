run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set up dev lo 2>/dev/null

run-parts --exit-on-error /etc/network/if-pre-up.d
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/bond0 ] || ip link add dev bond0 type bond mode active-backup arp_all_targets all resend_igmp 1 all_slaves_active 0
run-parts --exit-on-error /etc/network/if-pre-up.d
ip addr add 192.0.2.21/255.255.255.0 broadcast 192.0.2.255 	  dev bond0 label bond0
ip link set dev bond0 mtu 1500  up
 ip route add default via 192.0.2.1  dev bond0 onlink 
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/bond1 ] || ip link add dev bond1 type bond mode balance-rr resend_igmp 1 all_slaves_active 0
run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev bond1 mtu 1500

ip link set dev bond1 up 2>/dev/null || true
run-parts --exit-on-error /etc/network/if-up.d

[ -e /sys/class/net/bond0 ] || ip link add dev bond0 type bond mode active-backup arp_all_targets all resend_igmp 1 all_slaves_active 0
run-parts --exit-on-error /etc/network/if-pre-up.d
ip addr add 192.0.2.21/255.255.255.0 broadcast 192.0.2.255 	  dev bond0 label bond0
ip link set dev bond0 mtu 1500  up
 ip route add default via 192.0.2.1  dev bond0 onlink 
run-parts --exit-on-error /etc/network/if-up.d
if test -d /sys/class/net/bond0 &&         ! ip link show bond0.30 >/dev/null 2>&1;     then         if test `cat /sys/class/net/bond0/type` -eq 32; then             echo 0x30 > /sys/class/net/bond0/create_child;         else             ip link set up dev bond0;             ip link add link bond0 name bond0.30 type vlan id 30; 	fi;     fi

run-parts --exit-on-error /etc/network/if-pre-up.d
ip link set dev bond0.30 mtu 1500

ip link set dev bond0.30 up 2>/dev/null || true
ip address replace 2001:db8:30::21/64 dev bond0.30
run-parts --exit-on-error /etc/network/if-up.d
run-parts --exit-on-error /etc/network/if-up.d
