# Open vSwitch of kvm-01, environment golden. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=golden \
  -- --may-exist add-br vs1 \
  -- set Bridge vs1 datapath_type=system fail_mode=standalone external_ids:multiport=golden \
  -- --may-exist add-port vs0 jumbo0 \
  -- set Port jumbo0 vlan_mode=access tag=10 trunks='[]' external_ids:multiport=golden \
  -- set Interface jumbo0 mtu_request=8000 \
  -- --may-exist add-port vs0 mgmt0 \
  -- set Port mgmt0 vlan_mode=access tag=20 trunks='[]' external_ids:multiport=golden \
  -- set Interface mgmt0 mtu_request=1500 \
  -- --may-exist add-port vs0 vs0-bond \
  -- set Port vs0-bond vlan_mode=trunk tag='[]' trunks=10,20 external_ids:multiport=golden \
  -- set Interface vs0-bond mtu_request=9000 \
  -- --may-exist add-port vs1 ens3f0 \
  -- set Port ens3f0 vlan_mode=trunk tag='[]' trunks=0 external_ids:multiport=golden \
  -- set Interface ens3f0 mtu_request=1500 \
  -- --may-exist add-port vs1 plain0 \
  -- set Port plain0 vlan_mode=access tag=0 trunks='[]' external_ids:multiport=golden \
  -- set Interface plain0 mtu_request=1500 \
  -- set Interface jumbo0 type=internal \
  -- set Interface mgmt0 type=internal \
  -- set Interface plain0 type=internal \
  -- init
