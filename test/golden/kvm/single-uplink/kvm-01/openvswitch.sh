# Open vSwitch of kvm-01, environment t. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=t \
  -- --may-exist add-port vs0 ens1f0 \
  -- set Port ens1f0 vlan_mode=trunk tag='[]' trunks=10 external_ids:multiport=t \
  -- set Interface ens1f0 mtu_request=1500 \
  -- init
