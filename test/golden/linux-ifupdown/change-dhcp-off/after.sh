(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# A NIC that is new here keeps nothing that others gave it.
# A client that goes on would give its address again. Its routes carry no sign: default routes that stay are set anew below.
stop_client() { # device, family
  case $2 in 4) set -- "$1" "$2" dhclient udhcpc ;; *) set -- "$1" "$2" dhclient6 udhcpc6 ;; esac
  for client in "$3" "$4"; do
    [ ! -s "/run/$client.$1.pid" ] || kill "$(cat "/run/$client.$1.pid")" || :
    rm -f "/run/$client.$1.pid"
  done
  if command -v dhcpcd >/dev/null; then dhcpcd -"$2" -x "$1" >/dev/null 2>&1 || :; fi
  ip -"$2" -o address show dev "$1" scope global dynamic | awk -v family="$2" 'family == 4 || $4 ~ /\/128$/ { print $4 }' | while read -r address; do
    ip address del "$address" dev "$1" || :
  done
  ip -"$2" route show default dev "$1" | sed '/proto ra/d' | while read -r route; do
    # A route is several words.
    ip -"$2" route del $route dev "$1" || :
  done
}
stop_client eth4 4
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
if [ ! -e /sys/class/net/br1 ]; then
  ifdown --force br1 || :
elif ! ifquery --state br1 >/dev/null; then
  mkdir -p /run/network
  echo br1 >/run/network/ifstate.br1
  echo br1=br1 >>/run/network/ifstate
fi
ifup br1 || failed=1
if [ ! -e /sys/class/net/br2 ]; then
  ifdown --force br2 || :
elif ! ifquery --state br2 >/dev/null; then
  mkdir -p /run/network
  echo br2 >/run/network/ifstate.br2
  echo br2=br2 >>/run/network/ifstate
fi
ifup br2 || failed=1
if [ ! -e /sys/class/net/eth2 ]; then
  ifdown --force eth2 || :
elif ! ifquery --state eth2 >/dev/null; then
  mkdir -p /run/network
  echo eth2 >/run/network/ifstate.eth2
  echo eth2=eth2 >>/run/network/ifstate
fi
ifup eth2 || failed=1
if [ ! -e /sys/class/net/eth3 ]; then
  ifdown --force eth3 || :
elif ! ifquery --state eth3 >/dev/null; then
  mkdir -p /run/network
  echo eth3 >/run/network/ifstate.eth3
  echo eth3=eth3 >>/run/network/ifstate
fi
ifup eth3 || failed=1
if [ ! -e /sys/class/net/eth4 ]; then
  ifdown --force eth4 || :
elif ! ifquery --state eth4 >/dev/null; then
  mkdir -p /run/network
  echo eth4 >/run/network/ifstate.eth4
  echo eth4=eth4 >>/run/network/ifstate
fi
ifup eth4 || failed=1
# What has changed on a device that stays is told to the kernel.
ip address replace 203.0.113.9/28 dev eth4 || failed=1
ip address replace 2001:db8:1::9/64 dev eth4 || failed=1
ip route replace default via 203.0.113.1 dev eth4 onlink || failed=1
exit "$failed"
)
