// An environment file with a distributed switch that has every kind of port group. Pure.

export const PORT_GROUPS = ["app", "mgmt", "storage", "nfs", "vmotion", "plain", "tenants", "dmz"] as const;

/** What a test changes is a parameter. */
export function environment({
  app = "vlan: 10",
  appTeam = "uplinkTeam: { members: [uplink2, uplink1], policy: active-backup }",
  dmz = "      dmz: {}",
  hosts = "esx-[01:02]",
  uplinks = "uplink1: vmnic2, uplink2: vmnic3, uplink3: vmnic1",
  contact = "",
  extra = "",
} = {}): string {
  return `
environment: t
networks:
  app: { ${app} }
  mgmt: { vlan: 11 }
  storage: { vlan: 30, mtu: 9000 }
  nfs: { vlan: 31 }
  vmotion: { vlan: 32 }
  plain: {}
  tenants: { vlans: [100-199, 300] }
  dmz: { privateVlan: { primary: 200, secondary: 201, type: isolated } }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["${hosts}"]
    uplinks: { ${uplinks} }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }
    ${contact}
    portGroups:
      app: { ${appTeam} }
      mgmt: { uplinkTeam: { members: [uplink1, uplink2], policy: source-mac } }
      storage:
        uplinkTeam:
          members: [uplink2, uplink3, uplink1]
          policy: active-backup
          failback: false
          notifySwitches: false
          failureDetection: beacon
      nfs: { uplinkTeam: { members: [uplink1, uplink2], mode: static } }
      vmotion: { uplinkTeam: { members: [uplink1, uplink2], policy: load } }
      plain: {}
      tenants: { security: { promiscuous: true, macChanges: true, forgedTransmits: true } }
${dmz}
${extra}`;
}
