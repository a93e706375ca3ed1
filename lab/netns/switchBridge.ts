// The switch stand-in: one Open vSwitch bridge with port channels, and the switch's own foot in each VLAN. I/O.
import { runScriptOn } from "./machine";
import type { ProcessRecord } from "./processRecord";
import type { CoreInterface, PortChannel, SwitchMachine } from "./topology";

/** Configures a switch; its ports are there already. Changes nothing that is right. */
export async function configureSwitch(machine: SwitchMachine, process: ProcessRecord): Promise<void> {
  const transaction = [
    "ovs-vsctl --timeout=20 --may-exist add-br sw0 -- set Bridge sw0 datapath_type=netdev",
    ...machine.portChannels.map(portChannelCommands),
    ...machine.core.map(coreCommands),
  ].join(" \\\n  -- ");
  await runScriptOn(process, [stayInVlan, transaction, ...machine.core.map(addressCommands)].join("\n"));
}

// The kernel would answer for any of its addresses in any VLAN.
const stayInVlan = `echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce`;

function portChannelCommands({ name, members, lacp, lacpRate, trunks }: PortChannel): string {
  const first = `--may-exist add-bond sw0 ${name} ${members.join(" ")}`;
  const words = `bond_mode=balance-tcp lacp=${lacp} other_config:lacp-time=${lacpRate} vlan_mode=trunk`;
  return `${first} -- set Port ${name} ${words} trunks=${trunks.join(",")}`;
}

function coreCommands({ name, vlan, mtuBytes }: CoreInterface): string {
  const port = `--may-exist add-port sw0 ${name} tag=${vlan}`;
  return `${port} -- set Interface ${name} type=internal mtu_request=${mtuBytes ?? 1500}`;
}

function addressCommands({ name, address }: CoreInterface): string {
  return `ip addr replace ${address} dev ${name}; ip link set ${name} up`;
}
