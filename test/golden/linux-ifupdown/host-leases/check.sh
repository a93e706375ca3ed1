(
# Changes nothing.
staged="$stage"/etc/network/interfaces.d/multiport
if ! command -v ifup >/dev/null; then
  echo 'ifupdown is not installed. Install it (Debian: apt-get install ifupdown), or set another renderer.' >&2
  exit 1
fi
faults=0
fault() {
  printf '%s\n' "$1" >&2
  faults=1
}
if ! grep -Eq '^[[:space:]]*source(-dir(ectory)?)?[[:space:]]+(/etc/network/)?interfaces\.d(/\*?)?[[:space:]]*$' /etc/network/interfaces; then
  fault '/etc/network/interfaces does not read /etc/network/interfaces.d: add the line "source /etc/network/interfaces.d/*".'
fi
if [ "$(systemctl is-enabled networking.service 2>/dev/null || :)" = disabled ]; then
  fault 'networking.service is disabled: nothing would be brought up at boot. Enable it (systemctl enable networking.service), or set another renderer.'
fi
if [ ! -x /etc/network/if-pre-up.d/ifenslave ]; then
  fault 'ifenslave is not installed: ifupdown would make no bonds. Install it (Debian: apt-get install ifenslave).'
fi
if ! command -v dhclient >/dev/null && ! command -v dhcpcd >/dev/null; then
  fault 'No DHCP client of which ifupdown makes use is installed. Install one (Debian: apt-get install isc-dhcp-client).'
fi
if ! command -v dhclient >/dev/null; then
  fault 'dhclient is not installed, by which alone ifupdown does DHCPv6. Install it (Debian: apt-get install isc-dhcp-client).'
fi
if [ ! -x /etc/network/if-up.d/000resolvconf ] && [ ! -x /etc/network/if-up.d/resolved ]; then
  fault 'Nothing here takes name servers or search domains from ifupdown: they would be ignored. Install resolvconf or systemd-resolved, or remove nameservers and searchDomains.'
fi
if [ ! -x /etc/network/if-up.d/000resolvconf ] && grep -qs '^"\$DNS"=' /etc/network/if-up.d/resolved; then
  fault '/etc/network/if-up.d/resolved hands no name servers on: that of ifupdown before 0.8.42 quotes them wrongly (Debian bug 1031236). Upgrade ifupdown, or install resolvconf.'
fi
# A device has one owner: stanzas of others would be merged with ours, by ifupdown without a word.
foreign=$(
  set -- /etc/network/interfaces
  for pattern in $(sed -nE 's/^[[:space:]]*source[[:space:]]+//p' /etc/network/interfaces); do
    case $pattern in
      /*) set -- "$@" $pattern ;;
      *) cd /etc/network && set -- "$@" $pattern ;;
    esac
  done
  for file in "$@" /etc/network/interfaces.d/*; do
    [ -f "$file" ] || continue
    awk -v file="$file" -v ours='bond0 eth0 eth1 eth2 bond0.40' '
      BEGIN { count = split(ours, names, " "); for (i = 1; i <= count; i++) mine[names[i]] = 1 }
      $1 == "iface" && ($2 in mine) { print file " line " FNR ": " $0 }
      $1 ~ /^(auto|allow-.*|bond[-_]slaves|slaves|bridge[-_]ports|vlan[-_]raw[-_]device)$/ {
        for (i = 2; i <= NF; i++) if ($i in mine) { print file " line " FNR ": " $0; break }
      }
    ' "$file"
  done | grep -v '^\(/etc/network/\)\?interfaces\.d/multiport line' | sort -u
) || :
if [ -n "$foreign" ]; then
  fault "These lines configure devices of this environment as well:
$foreign
Remove them or put # before them, and leave the device as it is (no ifdown): multiport takes it over while it is up."
fi
# Reads the file as ifup does, and says what it would run.
if ! said=$(ifup --no-act --force --interfaces="$staged" bond0 2>&1); then
  fault "ifup does not take /etc/network/interfaces.d/multiport: $said"
fi
if ! said=$(ifup --no-act --force --interfaces="$staged" eth2 2>&1); then
  fault "ifup does not take /etc/network/interfaces.d/multiport: $said"
fi
if ! said=$(ifup --no-act --force --interfaces="$staged" bond0.40 2>&1); then
  fault "ifup does not take /etc/network/interfaces.d/multiport: $said"
fi
exit "$faults"
)
