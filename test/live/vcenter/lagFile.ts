// An environment file with a distributed switch of two port groups, whose NICs are on standalone uplinks or on a LAG. Pure.

export const STANDALONE = `
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2], policy: source-port }`;
export const LAG = `
    uplinks: { uplink1: , uplink2: }
    lags: { lag1: { nics: [vmnic2, vmnic3] } }
    uplinkTeam: { members: [lag1], mode: lacp }`;

/** `how` says where the NICs are. */
export function environment(how: string): string {
  return `
environment: t
networks:
  app: { vlan: 10 }
  db: { vlan: 20 }
hosts:
  esx-[01:02]:
    platform: vsphere
    address: esx-[01:02].example.net
    uplinks: { vmnic1: , vmnic2: , vmnic3: }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: ["esx-[01:02]"]${how}
    portGroups: [app, db]
`;
}
