# Open vSwitch of kvm-01, environment t. Written by multiport: do not edit here.
# One transaction: all of it takes effect or nothing. Arguments stand first in it: what has to leave.
ovs-vsctl --timeout=30 "$@" \
  -- --may-exist add-br vs0 \
  -- set Bridge vs0 datapath_type=system fail_mode=standalone external_ids:multiport=t \
  -- --may-exist add-bond vs0 vs0-uplinks ens1f0 ens2f0 \
  -- set Port vs0-uplinks bond_mode=active-backup lacp=off bond_updelay=0 bond_downdelay=0 \
  -- set Port vs0-uplinks other_config:bond-primary=ens1f0 \
  -- set Port vs0-uplinks vlan_mode=trunk tag='[]' trunks=0,10,40,45,50,100-201,300 external_ids:multiport=t \
  -- set Interface ens1f0 mtu_request=9000 \
  -- set Interface ens2f0 mtu_request=9000 \
  -- --may-exist add-port vs0 a-plain \
  -- set Port a-plain vlan_mode=access tag=0 trunks='[]' external_ids:multiport=t \
  -- set Interface a-plain mtu_request=9000 \
  -- --may-exist add-port vs0 a-rented \
  -- set Port a-rented vlan_mode=trunk tag='[]' trunks=100-201,300 external_ids:multiport=t \
  -- set Interface a-rented mtu_request=1500 \
  -- --may-exist add-port vs0 a-voice \
  -- set Port a-voice vlan_mode=native-untagged tag=45 trunks=40,50 external_ids:multiport=t \
  -- set Interface a-voice mtu_request=1500 \
  -- --may-exist add-port vs0 tap7 \
  -- set Port tap7 vlan_mode=access tag=10 trunks='[]' external_ids:multiport=t \
  -- set Interface tap7 mtu_request=1500 \
  -- init
