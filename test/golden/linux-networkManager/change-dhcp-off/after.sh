(
# NetworkManager reads the new profiles and takes them: in place where it can, else by activating the profile. Profiles of others on
# the same NIC make room and stay in their files; at the next boot ours come first by their priority.
# All of it is done, whatever fails, and a failure is the end result.
failed=0
udevadm control --reload || :
nmcli general reload conf || failed=1
nmcli connection reload || failed=1
# Of its profile in its old form a device may be active.
take() {
  if [ "$(nmcli -g GENERAL.CONNECTION device show "$1" 2>/dev/null || :)" = "multiport-$1" ]; then
    nmcli --wait 30 device reapply "$1" && return
  fi
  nmcli --wait 60 connection up id "multiport-$1"
}
# Of a new profile it is active as it shall be: NetworkManager has ports follow their controller by itself.
take_new() {
  tries=0
  while [ "$tries" -lt 60 ]; do
    case $(nmcli -g GENERAL.STATE,GENERAL.CONNECTION device show "$1" 2>/dev/null | tr '\n' ' ') in
      "100 "*" multiport-$1 ") return ;;
      [4-9]0\ *" multiport-$1 ") sleep 0.5 ;;
      *) break ;;
    esac
    tries=$((tries + 1))
  done
  nmcli --wait 60 connection up id "multiport-$1"
}
take eth4 || failed=1
exit "$failed"
)
