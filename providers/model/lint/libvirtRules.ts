// Design rules about VMs in libvirt. Pure.
import type { Rule } from "./rule.js";

export const libvirtRules: readonly Rule[] = [
  {
    id: "SR-16",
    severity: "error",
    title: "A VM that is to move to another host while it runs has a virtio card beside every virtual function.",
    remedy: "Set libvirt.failover for the port, or remove live-migration from libvirt.requires of the VM.",
    source: "kubevirt/kubevirt#17222; oVirt, SR-IOV live migration",
    *check({ environment }) {
      for (const { libvirt } of environment.kvmHosts)
        for (const { vm, requires, ports } of libvirt?.domains ?? []) {
          if (!requires.includes("live-migration")) continue;
          for (const port of ports)
            if (port.function && !port.card)
              yield {
                path: ["vms", vm, "ports", port.name, "vf"],
                message: "a VM with a virtual function that nothing stands in for can't move while it runs",
                found: `${port.function.uplink}, virtual function ${port.function.index}`,
              };
        }
    },
  },
];
