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
# A rule that is there already is as good.
add_rule() { said=$(LC_ALL=C "$@" 2>&1) || case $said in *'File exists'*) ;; *) printf '%s\n' "$said" >&2; return 1 ;; esac; }
printf '%s\n' 1 >/proc/sys/net/ipv4/conf/eth4/arp_ignore || failed=1
printf '%s\n' 2 >/proc/sys/net/ipv4/conf/eth4/arp_announce || failed=1
printf '%s\n' 1 >/proc/sys/net/ipv4/conf/eth4/arp_filter || failed=1
has_route -4 192.0.2.0/24 dev eth4 table 104 proto static || put_route ip route replace 192.0.2.0/24 dev eth4 table 104 proto static || failed=1
has_route -6 2001:db8:4::/64 dev eth4 table 104 proto static || put_route ip route replace 2001:db8:4::/64 dev eth4 table 104 proto static || failed=1
has_route -4 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static || put_route ip route replace 0.0.0.0/0 via 192.0.2.1 dev eth4 table 104 proto static onlink || failed=1
has_route -6 ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static || put_route ip route replace ::/0 via 2001:db8:4::1 dev eth4 table 104 proto static onlink || failed=1
put_route ip route replace 10.1.0.0/16 via 192.0.2.9 dev eth4 metric 50 src 192.0.2.6 table 254 proto static onlink || failed=1
put_route ip route replace 10.2.0.7/32 dev eth4 table 254 proto static || failed=1
put_route ip route replace 10.2.0.7/32 dev eth4 metric 7 table 104 proto static || failed=1
put_route ip route replace ::/0 via 2001:db8:4::2 dev eth4 metric 2000 table 254 proto static onlink || failed=1
add_rule ip -4 rule add from 10.9.0.0/16 to 10.8.0.0/24 lookup 254 priority 20 protocol static || failed=1
exit "$failed"
)
