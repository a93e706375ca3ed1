(
# Changes nothing. NetworkManager drops a value that it doesn't know without a word: what it has understood is compared with what is written.
if ! command -v nmcli >/dev/null; then
  echo 'nmcli is not installed. Install it (Debian: apt-get install network-manager), or set another renderer.' >&2
  exit 1
fi
if [ "$(nmcli -t -f RUNNING general)" != running ]; then
  echo 'NetworkManager is not running: the profiles would have no effect. Start it (systemctl enable --now NetworkManager), or set another renderer.' >&2
  exit 1
fi
understood=$(mktemp -d)
trap 'rm -rf "$understood"' EXIT
# Each line as section.key=value, in the spelling of either release; a gateway may stand behind the first address.
normalize() {
  awk '
    /^[[]/ { section = $0; next }
    /^(#|$)/ { next }
    { sub(/^controller=/, "master="); sub(/^port-type=/, "slave-type="); sub(/^autoconnect-ports=/, "autoconnect-slaves=") }
    /^address1=.*,/ { gateway = $0; sub(/^[^,]*,/, "", gateway); sub(/,.*/, ""); print section "gateway=" gateway }
    { print section $0 }
  ' | sort
}
faults=0
normalize <"$stage"/etc/NetworkManager/system-connections/multiport-bond0.nmconnection >"$understood/written"
if nmcli --offline connection modify <"$stage"/etc/NetworkManager/system-connections/multiport-bond0.nmconnection >"$understood/answer" 2>"$understood/error"; then
  normalize <"$understood/answer" >"$understood/read"
  if lost=$(grep -Fxv -f "$understood/read" "$understood/written"); then
    printf '%s: NetworkManager %s does not take over:\n%s\nUpgrade NetworkManager, or leave out what it does not know.\n' \
      /etc/NetworkManager/system-connections/multiport-bond0.nmconnection "$(nmcli --version | sed 's/.* //')" "$lost" >&2
    faults=1
  fi
else
  printf '%s: NetworkManager does not read this profile: %s\n' /etc/NetworkManager/system-connections/multiport-bond0.nmconnection "$(cat "$understood/error")" >&2
  faults=1
fi
normalize <"$stage"/etc/NetworkManager/system-connections/multiport-eth0.nmconnection >"$understood/written"
if nmcli --offline connection modify <"$stage"/etc/NetworkManager/system-connections/multiport-eth0.nmconnection >"$understood/answer" 2>"$understood/error"; then
  normalize <"$understood/answer" >"$understood/read"
  if lost=$(grep -Fxv -f "$understood/read" "$understood/written"); then
    printf '%s: NetworkManager %s does not take over:\n%s\nUpgrade NetworkManager, or leave out what it does not know.\n' \
      /etc/NetworkManager/system-connections/multiport-eth0.nmconnection "$(nmcli --version | sed 's/.* //')" "$lost" >&2
    faults=1
  fi
else
  printf '%s: NetworkManager does not read this profile: %s\n' /etc/NetworkManager/system-connections/multiport-eth0.nmconnection "$(cat "$understood/error")" >&2
  faults=1
fi
normalize <"$stage"/etc/NetworkManager/system-connections/multiport-eth1.nmconnection >"$understood/written"
if nmcli --offline connection modify <"$stage"/etc/NetworkManager/system-connections/multiport-eth1.nmconnection >"$understood/answer" 2>"$understood/error"; then
  normalize <"$understood/answer" >"$understood/read"
  if lost=$(grep -Fxv -f "$understood/read" "$understood/written"); then
    printf '%s: NetworkManager %s does not take over:\n%s\nUpgrade NetworkManager, or leave out what it does not know.\n' \
      /etc/NetworkManager/system-connections/multiport-eth1.nmconnection "$(nmcli --version | sed 's/.* //')" "$lost" >&2
    faults=1
  fi
else
  printf '%s: NetworkManager does not read this profile: %s\n' /etc/NetworkManager/system-connections/multiport-eth1.nmconnection "$(cat "$understood/error")" >&2
  faults=1
fi
normalize <"$stage"/etc/NetworkManager/system-connections/multiport-eth2.nmconnection >"$understood/written"
if nmcli --offline connection modify <"$stage"/etc/NetworkManager/system-connections/multiport-eth2.nmconnection >"$understood/answer" 2>"$understood/error"; then
  normalize <"$understood/answer" >"$understood/read"
  if lost=$(grep -Fxv -f "$understood/read" "$understood/written"); then
    printf '%s: NetworkManager %s does not take over:\n%s\nUpgrade NetworkManager, or leave out what it does not know.\n' \
      /etc/NetworkManager/system-connections/multiport-eth2.nmconnection "$(nmcli --version | sed 's/.* //')" "$lost" >&2
    faults=1
  fi
else
  printf '%s: NetworkManager does not read this profile: %s\n' /etc/NetworkManager/system-connections/multiport-eth2.nmconnection "$(cat "$understood/error")" >&2
  faults=1
fi
normalize <"$stage"/etc/NetworkManager/system-connections/multiport-bond0.40.nmconnection >"$understood/written"
if nmcli --offline connection modify <"$stage"/etc/NetworkManager/system-connections/multiport-bond0.40.nmconnection >"$understood/answer" 2>"$understood/error"; then
  normalize <"$understood/answer" >"$understood/read"
  if lost=$(grep -Fxv -f "$understood/read" "$understood/written"); then
    printf '%s: NetworkManager %s does not take over:\n%s\nUpgrade NetworkManager, or leave out what it does not know.\n' \
      /etc/NetworkManager/system-connections/multiport-bond0.40.nmconnection "$(nmcli --version | sed 's/.* //')" "$lost" >&2
    faults=1
  fi
else
  printf '%s: NetworkManager does not read this profile: %s\n' /etc/NetworkManager/system-connections/multiport-bond0.40.nmconnection "$(cat "$understood/error")" >&2
  faults=1
fi
# What is made by others has to be there and be NetworkManager's to use.
devices=$(nmcli -t -f DEVICE,TYPE,STATE device)
case $(printf '%s\n' "$devices" | awk -F : -v nic=eth0 '$1 == nic { print $2 " " $3 }') in
  'ethernet unmanaged' | 'veth unmanaged')
    printf 'NetworkManager is told to leave %s alone (unmanaged): look for it in /etc/network/interfaces, in /etc/NetworkManager and in udev rules, and remove it there.\n' eth0 >&2
    faults=1
    ;;
  'ethernet '* | 'veth '*) ;;
  '')
    printf 'NetworkManager knows no device %s. Connect the NIC, or name another one (nmcli device).\n' eth0 >&2
    faults=1
    ;;
  *)
    printf '%s is no Ethernet device in the eyes of NetworkManager, such as an internal port of Open vSwitch: it would never get its address. Put the address on a VLAN device or a NIC, or set another renderer.\n' eth0 >&2
    faults=1
    ;;
esac
case $(printf '%s\n' "$devices" | awk -F : -v nic=eth1 '$1 == nic { print $2 " " $3 }') in
  'ethernet unmanaged' | 'veth unmanaged')
    printf 'NetworkManager is told to leave %s alone (unmanaged): look for it in /etc/network/interfaces, in /etc/NetworkManager and in udev rules, and remove it there.\n' eth1 >&2
    faults=1
    ;;
  'ethernet '* | 'veth '*) ;;
  '')
    printf 'NetworkManager knows no device %s. Connect the NIC, or name another one (nmcli device).\n' eth1 >&2
    faults=1
    ;;
  *)
    printf '%s is no Ethernet device in the eyes of NetworkManager, such as an internal port of Open vSwitch: it would never get its address. Put the address on a VLAN device or a NIC, or set another renderer.\n' eth1 >&2
    faults=1
    ;;
esac
case $(printf '%s\n' "$devices" | awk -F : -v nic=eth2 '$1 == nic { print $2 " " $3 }') in
  'ethernet unmanaged' | 'veth unmanaged')
    printf 'NetworkManager is told to leave %s alone (unmanaged): look for it in /etc/network/interfaces, in /etc/NetworkManager and in udev rules, and remove it there.\n' eth2 >&2
    faults=1
    ;;
  'ethernet '* | 'veth '*) ;;
  '')
    printf 'NetworkManager knows no device %s. Connect the NIC, or name another one (nmcli device).\n' eth2 >&2
    faults=1
    ;;
  *)
    printf '%s is no Ethernet device in the eyes of NetworkManager, such as an internal port of Open vSwitch: it would never get its address. Put the address on a VLAN device or a NIC, or set another renderer.\n' eth2 >&2
    faults=1
    ;;
esac
exit "$faults"
)
