// What libvirt has as configured and what does not work yet. Pure.
import type { LibvirtFacts } from "./facts.js";
import type { LibvirtVlan, LibvirtWords } from "./words.js";

export function unhealthyLibvirt(desired: LibvirtWords, facts: LibvirtFacts): readonly string[] {
  return Object.entries(desired.domains).flatMap(([name, { interfaces }]) => {
    const domain = facts.domains.find((candidate) => candidate.name === name);
    if (!domain?.running) return [];
    return Object.values(interfaces).flatMap(({ network, target, vlan }) => {
      const { bridge, virtualport } = (network === null ? undefined : desired.networks[network]) ?? {};
      if (target === null || !bridge) return [];
      const where = Object.entries(facts.bridges).find(([, ports]) => ports.includes(target))?.[0];
      if (where !== bridge)
        return [
          `interface ${target} of domain ${name} is ${where === undefined ? "on no bridge" : `on bridge ${where}`}, not on ${bridge}. Look at: virsh domiflist ${name}`,
        ];
      // The port group of OVSDB alone decides what passes: libvirt 9 was seen to say that it had set a VLAN and to have taken it away.
      const passes = facts.vlans[target] ?? null;
      if (virtualport !== "openvswitch" || !Object.hasOwn(facts.vlans, target) || isEqual(passes, vlan)) return [];
      return [
        `interface ${target} of domain ${name} carries ${said(passes)} in Open vSwitch, not ${said(vlan)}. Look at: ovs-vsctl list Port ${target}`,
      ];
    });
  });
}

function isEqual(a: LibvirtVlan | null, b: LibvirtVlan | null): boolean {
  return a?.tags === b?.tags && a?.trunk === b?.trunk && a?.native === b?.native;
}

function said(vlan: LibvirtVlan | null): string {
  if (vlan === null) return "all VLANs";
  const native = vlan.native === null ? "" : `, native ${vlan.native}`;
  return vlan.trunk ? `VLANs ${vlan.tags}${native}` : `VLAN ${vlan.tags}`;
}
