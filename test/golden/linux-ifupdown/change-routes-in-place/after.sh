(
# All of it is done, whatever fails, and a failure is the end result.
failed=0
# What makes room; some of it may have left with the devices before.
# A NIC that is new here keeps nothing that others gave it.
# ifup says success and does nothing for what it believes to be up. So it is told what is there and what is not, and brings up the rest.
if [ ! -e /sys/class/net/eth4 ]; then
  ifdown --force eth4 || :
elif ! ifquery --state eth4 >/dev/null; then
  mkdir -p /run/network
  echo eth4 >/run/network/ifstate.eth4
  echo eth4=eth4 >>/run/network/ifstate
fi
ifup eth4 || failed=1
if [ ! -e /sys/class/net/eth5 ]; then
  ifdown --force eth5 || :
elif ! ifquery --state eth5 >/dev/null; then
  mkdir -p /run/network
  echo eth5 >/run/network/ifstate.eth5
  echo eth5=eth5 >>/run/network/ifstate
fi
ifup eth5 || failed=1
if [ ! -e /sys/class/net/eth5.30 ]; then
  ifdown --force eth5.30 || :
elif ! ifquery --state eth5.30 >/dev/null; then
  mkdir -p /run/network
  echo eth5.30 >/run/network/ifstate.eth5.30
  echo eth5.30=eth5.30 >>/run/network/ifstate
fi
ifup eth5.30 || failed=1
# What has changed on a device that stays is told to the kernel.
exit "$failed"
)
