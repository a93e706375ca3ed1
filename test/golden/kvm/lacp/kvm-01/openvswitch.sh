# Open vSwitch of kvm-01, environment t. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=t \
  -- --may-exist add-bond vs0 vs0-uplinks ens1f0 ens2f0 \
  -- set Port vs0-uplinks bond_mode=balance-tcp lacp=passive bond_updelay=0 bond_downdelay=0 \
  -- set Port vs0-uplinks other_config:lacp-time=slow \
  -- set Port vs0-uplinks other_config:lacp-fallback-ab=false \
  -- set Port vs0-uplinks vlan_mode=trunk tag='[]' trunks=10,30 external_ids:multiport=t \
  -- set Interface ens1f0 mtu_request=9000 \
  -- set Interface ens2f0 mtu_request=9000 \
  -- init
