(
# Routes, rules and settings of devices that stay, told to the kernel. All of it is done, whatever fails, and a failure is the end result.
failed=0
has_route() { family=$1; shift; [ -n "$(ip "$family" route show exact "$@" 2>/dev/null)" ]; }
# Not every moment is right: an IPv6 address that is new is not named until nobody has claimed it, and networkd takes addresses away for a moment.
put_route() {
  tries=0
  until "$@" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || { "$@"; return; }
    sleep 0.1
  done
}
[ ! -e /proc/sys/net/ipv4/conf/eth4/arp_ignore ] || cat /proc/sys/net/ipv4/conf/default/arp_ignore >/proc/sys/net/ipv4/conf/eth4/arp_ignore || failed=1
[ ! -e /proc/sys/net/ipv4/conf/eth4/arp_announce ] || cat /proc/sys/net/ipv4/conf/default/arp_announce >/proc/sys/net/ipv4/conf/eth4/arp_announce || failed=1
[ ! -e /proc/sys/net/ipv4/conf/eth4/arp_filter ] || cat /proc/sys/net/ipv4/conf/default/arp_filter >/proc/sys/net/ipv4/conf/eth4/arp_filter || failed=1
has_route -4 192.0.2.0/24 dev eth4 table 104 proto static || put_route ip route replace 192.0.2.0/24 dev eth4 table 104 proto static || failed=1
has_route -6 2001:db8:4::/64 dev eth4 table 104 proto static || put_route ip route replace 2001:db8:4::/64 dev eth4 table 104 proto static || failed=1
has_route -4 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static || put_route ip route replace 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static onlink || failed=1
has_route -6 ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static || put_route ip route replace ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static onlink || failed=1
put_route ip route replace 10.1.0.0/16 via 192.0.2.10 dev eth4 metric 50 table 254 proto static onlink || failed=1
# What is left over may have left by itself. Of the two of a rule that the kernel has where one says no protocol both leave; a rule of others
# that says more, which a removal without protocol may mean too, stays.
drop_rule() { # family, priority, the rule as it is printed
  family=$1 priority=$2
  shift 2
  ip "$family" rule del "$@" priority "$priority" protocol static 2>/dev/null || :
  printed=$(printf '%s:\t%s' "$priority" "$*")
  ip "$family" -N rule show | sed 's/ *$//' | grep -qxF "$printed" || return 0
  ip "$family" rule del "$@" priority "$priority" 2>/dev/null || :
}
drop_rule -4 20 from 10.9.0.0/16 to 10.8.0.0/24 lookup 254
# The same of routes. Where one says no metric, another may have left in its place.
ip route del 10.2.0.7/32 dev eth4 table 254 proto static 2>/dev/null || :
ip route del 10.2.0.7/32 dev eth4 metric 7 table 104 proto static 2>/dev/null || :
ip route del ::/0 via 2001:db8:4::2 dev eth4 metric 2000 table 254 proto static 2>/dev/null || :
has_route -4 192.0.2.0/24 dev eth4 table 104 proto static || put_route ip route replace 192.0.2.0/24 dev eth4 table 104 proto static || failed=1
has_route -6 2001:db8:4::/64 dev eth4 table 104 proto static || put_route ip route replace 2001:db8:4::/64 dev eth4 table 104 proto static || failed=1
has_route -4 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static || put_route ip route replace 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static onlink || failed=1
has_route -6 ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static || put_route ip route replace ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static onlink || failed=1
has_route -4 10.1.0.0/16 via 192.0.2.10 dev eth4 metric 50 table 254 proto static || put_route ip route replace 10.1.0.0/16 via 192.0.2.10 dev eth4 metric 50 table 254 proto static onlink || failed=1
exit "$failed"
)
