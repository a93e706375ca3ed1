# Open vSwitch of kvm-01, environment golden. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=golden \
  -- --may-exist add-port vs0 db-01-a \
  -- set Port db-01-a vlan_mode=access tag=10 trunks='[]' external_ids:multiport=golden \
  -- set Interface db-01-a mtu_request=1500 \
  -- --may-exist add-port vs0 db-01-b \
  -- set Port db-01-b vlan_mode=access tag=10 trunks='[]' external_ids:multiport=golden \
  -- set Interface db-01-b mtu_request=1500 \
  -- --may-exist add-port vs0 ens1f0 \
  -- set Port ens1f0 vlan_mode=trunk tag='[]' trunks=10 external_ids:multiport=golden \
  -- set Interface ens1f0 mtu_request=1500 \
  -- --may-exist add-port vs0 router-lan \
  -- set Port router-lan vlan_mode=access tag=10 trunks='[]' external_ids:multiport=golden \
  -- set Interface router-lan mtu_request=1500 \
  -- --may-exist add-port vs0 router-open \
  -- set Port router-open vlan_mode=access tag=10 trunks='[]' external_ids:multiport=golden \
  -- set Interface router-open mtu_request=1500 \
  -- init
