(
# NetworkManager reads the new profiles and takes them: in place where it can, else by activating the profile. Profiles of others on
# the same NIC make room and stay in their files; at the next boot ours come first by their priority.
# All of it is done, whatever fails, and a failure is the end result.
failed=0
nmcli connection reload || failed=1
take() {
  if [ "$(nmcli -g GENERAL.CONNECTION device show "$1" 2>/dev/null || :)" = "multiport-$1" ]; then
    nmcli --wait 30 device reapply "$1" && return
  fi
  nmcli --wait 60 connection up id "multiport-$1"
}
take bond0 || failed=1
take eth1 || failed=1
take eth2 || failed=1
exit "$failed"
)
