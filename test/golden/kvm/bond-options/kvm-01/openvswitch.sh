# Open vSwitch of kvm-01, environment golden. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=golden \
  -- --may-exist add-bond vs0 vs0-uplinks ens1f0 ens2f0 \
  -- set Port vs0-uplinks bond_mode=balance-slb lacp=off bond_updelay=30000 bond_downdelay=200 \
  -- set Port vs0-uplinks other_config:bond-detect-mode=miimon \
  -- set Port vs0-uplinks other_config:bond-miimon-interval=50 \
  -- set Port vs0-uplinks other_config:bond-rebalance-interval=5000 \
  -- set Port vs0-uplinks vlan_mode=trunk tag='[]' trunks=10 external_ids:multiport=golden \
  -- set Interface ens1f0 mtu_request=1500 \
  -- set Interface ens2f0 mtu_request=1500 \
  -- init
