(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
ip route del default via 203.0.113.1 dev eth4 || :
ip address del 203.0.113.9/28 dev eth4 || :
# A NIC that is new here keeps nothing that others gave it.
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
# ifup starts a client only together with the device: of what is up it is shown that part alone.
start_client() { # device, inet or inet6
  alone=$(mktemp)
  printf 'iface %s %s dhcp\n' "$1" "$2" >"$alone"
  ifup --force --no-scripts --interfaces="$alone" "$1" || failed=1
  rm -f "$alone"
}
start_client eth4 inet
# What has changed on a device that stays is told to the kernel.
ip address replace 2001:db8:1::9/64 dev eth4 || failed=1
exit "$failed"
)
