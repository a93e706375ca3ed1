#!/bin/sh
# Port guard of kvm-01, environment golden. Written by multiport: do not edit here.
# Loads the rules of the interface that is named, or of all that are there.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
failed=0
for file in /etc/multiport/nftables/*.nft; do
  name=${file##*/}
  name=${name%.nft}
  if [ "${1-$name}" != "$name" ] || [ ! -e "/sys/class/net/$name" ]; then continue; fi
  nft -f "$file" || failed=1
done
exit "$failed"
