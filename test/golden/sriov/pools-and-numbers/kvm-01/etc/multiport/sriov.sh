#!/bin/sh
# Virtual functions of kvm-01, environment demo. Written by multiport: do not edit here.
# Makes network cards and their virtual functions as sriov.conf beside it says. What is so already is not touched, and
# nothing is taken from a VM that runs: this may be run at any time.
set -eu
pci=/sys/bus/pci/devices
loaded=
newline='
'

fail() {
  echo "multiport-sriov: port $port$1" >&2
  exit 1
}

# One line of a file of the kernel; nothing where there is none.
read_line() {
  value=
  { IFS= read -r value <"$1"; } 2>/dev/null || :
}

# The last part of what a link points to.
read_target() {
  value=$(readlink "$1" 2>/dev/null) || value=
  value=${value##*/}
}

# write FILE VALUE WHAT
write() {
  { echo "$2" >"$1"; } 2>/dev/null || fail "$3: the kernel refuses to write $2 to $1"
}

# Whether a program, such as the QEMU of a VM, holds the virtual function at that PCI address.
is_held() {
  read_target "$pci/$1/driver"
  [ "$value" = vfio-pci ] || return 1
  read_target "$pci/$1/iommu_group"
  nodes="/dev/vfio/(noiommu-)?$value"
  for node in "$pci/$1"/vfio-dev/*; do nodes="$nodes|/dev/vfio/devices/${node##*/}"; done
  ls -l /proc/[0-9]*/fd 2>/dev/null | grep -qE -- "-> ($nodes)\$"
}

find_port() {
  if [ -z "$vendor" ]; then
    if [ -e "/sys/class/net/$port/device" ]; then netdev=$port; else netdev=; fi
    found=$netdev
    return
  fi
  found=
  for each in /sys/class/net/*; do
    if [ ! -e "$each/device/sriov_totalvfs" ]; then continue; fi
    read_line "$each/device/vendor"
    if [ "$value" != "0x$vendor" ]; then continue; fi
    read_line "$each/device/device"
    if [ -n "$device" ] && [ "$value" != "0x$device" ]; then continue; fi
    found="$found ${each##*/}"
  done
  netdev=${found# }
}

# port NAME [pci ADDRESS] [vendor ID] [device ID] numvfs COUNT [mtu BYTES]
port() {
  finish
  port=$1 pci_address= vendor= device= numvfs= mtu= pending=
  shift
  while [ $# -gt 0 ]; do
    case $1 in
    pci) pci_address=$2 ;;
    vendor) vendor=$2 ;;
    device) device=$2 ;;
    numvfs) numvfs=$2 ;;
    mtu) mtu=$2 ;;
    esac
    shift 2
  done
  waited=0
  find_port
  while [ -z "$netdev" ] && [ "$waited" -lt 30 ]; do
    sleep 1
    waited=$((waited + 1))
    find_port
  done
  [ -n "$netdev" ] || fail ": there is no such network card"
  case $netdev in *' '*) fail ": several network cards are of this kind ($netdev). Name one by its PCI address [SR-19]" ;; esac
  card=/sys/class/net/$netdev/device
  read_target "$card"
  if [ -n "$pci_address" ] && [ "$value" != "$pci_address" ]; then fail ": it is PCI device $value and not $pci_address"; fi
  read_target "$card/driver"
  driver=$value
  if [ ! -e "$card/sriov_numvfs" ] && [ "$numvfs" = 0 ]; then
    port=
    return
  fi
  [ -e "$card/sriov_numvfs" ] || fail " ($driver): it has no SR-IOV. Turn it on in the firmware of the card and in the BIOS"
  if [ "$numvfs" != 0 ]; then set_port_up; fi
  read_line "/sys/class/net/$netdev/mtu"
  if [ -n "$mtu" ] && [ "$value" != "$mtu" ]; then
    said=$(ip link set dev "$netdev" mtu "$mtu" 2>&1) || fail " ($driver): mtu $mtu is refused: $said"
  fi
  set_count
  links=$(ip link show dev "$netdev")
}

# Some drivers make working functions only of a port that is up.
set_port_up() {
  read_line "/sys/class/net/$netdev/flags"
  if [ $((value & 1)) = 1 ]; then return; fi
  ip link set dev "$netdev" up
  await_link 5
}

# await_link SECONDS: until the port has a carrier, or that time is over.
await_link() {
  waited=0
  while [ "$waited" -lt "$1" ]; do
    read_line "/sys/class/net/$netdev/carrier"
    if [ "$value" = 1 ]; then return; fi
    sleep 1
    waited=$((waited + 1))
  done
}

# From one count to another only by way of 0: the kernel has no other. No driver takes a new function before it is set.
set_count() {
  read_line "$card/sriov_numvfs"
  if [ "$value" = "$numvfs" ]; then return; fi
  had=$value
  for each in "$card"/virtfn*; do
    read_target "$each"
    address=$value
    if [ -n "$address" ] && is_held "$address"; then
      fail ": its virtual function ${each##*virtfn} ($address) is in use, so their number can't change. Shut down its VM"
    fi
  done
  if [ "$had" != 0 ]; then write "$card/sriov_numvfs" 0 " ($driver)"; fi
  if [ "$numvfs" = 0 ]; then return; fi
  write "$card/sriov_drivers_autoprobe" 0 " ($driver)"
  write "$card/sriov_numvfs" "$numvfs" " ($driver)"
}

# vf NUMBER driver DRIVER [SETTING VALUE]..
vf() {
  number=$1 mac= vlan= qos= vlan_proto= spoofchk= trust= min_tx_rate= max_tx_rate= link_state= query_rss= vf_driver= vf_mtu=
  shift
  while [ $# -gt 0 ]; do
    case $1 in
    mac) mac=$2 ;;
    vlan) vlan=$2 ;;
    qos) qos=$2 ;;
    vlan_proto) vlan_proto=$2 ;;
    spoofchk) spoofchk=$2 ;;
    trust) trust=$2 ;;
    min_tx_rate) min_tx_rate=$2 ;;
    max_tx_rate) max_tx_rate=$2 ;;
    link_state) link_state=$2 ;;
    query_rss) query_rss=$2 ;;
    driver) vf_driver=$2 ;;
    mtu) vf_mtu=$2 ;;
    esac
    shift 2
  done
  read_target "$card/virtfn$number"
  address=$value
  [ -n "$address" ] || fail ": it has no virtual function $number"
  shown=${links#*"vf $number "}
  shown=${shown%%"$newline"*}
  set_mac
  set_vlan
  set_rates
  shows 'spoof checking' off
  is_so "$now" "$spoofchk" || set_option spoofchk "$spoofchk"
  shows trust off
  is_so "$now" "$trust" || set_option trust "$trust"
  shows link-state auto
  is_so "$now" "$link_state" || set_option state "$link_state"
  shows query_rss off
  is_so "$now" "$query_rss" || set_option query_rss "$query_rss"
  pending="$pending $number,$address,$vf_driver,$vf_mtu"
}

# What the kernel says of a setting of the function, or what stands for not saying it.
shows() {
  now=$2
  case $shown in
  *", $1 "*)
    now=${shown#*", $1 "}
    now=${now%%[, ]*}
    ;;
  esac
}

# True where nothing is wanted, or it is so already.
is_so() {
  [ -z "$2" ] || [ "$1" = "$2" ]
}

set_option() {
  said=$(ip link set dev "$netdev" vf "$number" "$@" 2>&1) ||
    fail " ($driver): virtual function $number: the driver of the port refuses $*: $said"
}

# A driver that has a function learns nothing of a new MAC address: it has to let go of it first.
set_mac() {
  # "link/ether 52:54:.. brd ..", and of older releases of ip "MAC 52:54:.., vlan ..".
  have=${shown#*link/ether }
  have=${have#*MAC }
  have=${have%%[, ]*}
  if [ -z "$mac" ] || [ "$have" = "$mac" ]; then return; fi
  if is_held "$address"; then
    fail ": virtual function $number ($address) is in use, so its MAC address can't change. Shut down its VM"
  fi
  if [ -e "$pci/$address/driver" ]; then write "$pci/$address/driver/unbind" "$address" " ($driver): virtual function $number"; fi
  set_option mac "$mac"
}

set_vlan() {
  if [ -z "$vlan" ]; then return; fi
  shows vlan 0
  have=$now
  shows qos 0
  wanted_qos=${qos:-$now}
  if [ "$vlan" = 0 ]; then wanted_qos=0; fi
  have="$have $now"
  shows 'vlan protocol' 802.1Q
  if [ "$have" = "$vlan $wanted_qos" ] && is_so "$now" "$vlan_proto"; then return; fi
  if [ -n "$vlan_proto" ] && [ "$vlan" != 0 ]; then set_option vlan "$vlan" qos "$wanted_qos" proto "$vlan_proto"
  elif [ "$wanted_qos" != 0 ]; then set_option vlan "$vlan" qos "$wanted_qos"
  else set_option vlan "$vlan"; fi
}

set_rates() {
  shows max_tx_rate 0
  most=$now
  shows min_tx_rate 0
  least=$now
  if is_so "${most%Mbps}" "$max_tx_rate" && is_so "${least%Mbps}" "$min_tx_rate"; then return; fi
  # A rate is judged by the speed of the link, which a port loses for a moment when its functions are made.
  await_link 15
  if [ -n "$max_tx_rate" ] && [ -n "$min_tx_rate" ]; then
    set_option max_tx_rate "$max_tx_rate" min_tx_rate "$min_tx_rate"
  elif [ -n "$max_tx_rate" ]; then set_option max_tx_rate "$max_tx_rate"
  else set_option min_tx_rate "$min_tx_rate"; fi
}

# With all functions of a port set, drivers may have them.
finish() {
  if [ -z "$port" ]; then return; fi
  read_line "$card/sriov_drivers_autoprobe"
  if [ "$value" != 1 ]; then write "$card/sriov_drivers_autoprobe" 1 " ($driver)"; fi
  for each in $pending; do
    number=${each%%,*} rest=${each#*,}
    address=${rest%%,*} rest=${rest#*,}
    bind "${rest%%,*}"
    set_function_mtu "${rest#*,}"
  done
}

bind() {
  is_new=
  read_target "$pci/$address/driver"
  have=$value
  if [ "$1" = vfio ]; then
    if [ "$have" = vfio-pci ]; then return; fi
    said=$(modprobe vfio-pci 2>&1) || fail ": virtual function $number: $said"
    write "$pci/$address/driver_override" vfio-pci ": virtual function $number"
  else
    # A VM has it for now: libvirt gives it back when the VM stops.
    if [ "$have" = vfio-pci ] && is_held "$address"; then return; fi
    if [ -n "$have" ] && [ "$have" != vfio-pci ]; then return; fi
    write "$pci/$address/driver_override" '' ": virtual function $number"
    read_line "$pci/$address/modalias"
    if [ "$value" != "$loaded" ]; then modprobe -q "$value" || :; fi
    loaded=$value
  fi
  if [ -n "$have" ]; then write "$pci/$address/driver/unbind" "$address" ": virtual function $number"; fi
  # A module that was just loaded may have taken it already.
  if [ ! -e "$pci/$address/driver" ]; then write /sys/bus/pci/drivers_probe "$address" ": virtual function $number"; fi
  is_new=1
  [ -e "$pci/$address/driver" ] || fail ": virtual function $number ($address): no driver takes it. See dmesg, and which driver its maker has"
}

set_function_mtu() {
  if [ -z "$1" ]; then return; fi
  # Some drivers make the network device a while after they have taken the function.
  waited=0
  while [ -n "$is_new" ] && [ ! -e "$pci/$address/net" ] && [ "$waited" -lt 10 ]; do
    sleep 1
    waited=$((waited + 1))
  done
  until set_device_mtu "$1"; do :; done
}

# False where the device got its name from udev just now, between two of these commands: it is there under another one.
set_device_mtu() {
  for each_netdev in "$pci/$address"/net/*; do
    if [ ! -e "$each_netdev/mtu" ]; then continue; fi
    read_line "$each_netdev/mtu"
    if [ "$value" = "$1" ]; then continue; fi
    if said=$(ip link set dev "${each_netdev##*/}" mtu "$1" 2>&1); then continue; fi
    [ ! -e "$each_netdev" ] || fail ": virtual function $number (${each_netdev##*/}): mtu $1 is refused: $said"
    return 1
  done
}

port=
. "${0%/*}/sriov.conf"
finish
