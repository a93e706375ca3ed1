// Packages of what a machine lacks: the sentence with its command, and one installation for all.
import { describe, expect, it } from "vitest";
import { BUNDLES, describeMissing, installationOf } from "../../providers/platforms/packages.js";

const ovs = { tool: "ovs-vsctl", ...BUNDLES.openvswitch };
const ip = { tool: "ip", ...BUNDLES.iproute2 };
const bridge = { tool: "bridge", ...BUNDLES.iproute2 };
const ifup = { tool: "ifupdown", ...BUNDLES.ifupdown, otherwise: "set renderer: networkd" };

describe("what is missing", () => {
  it.each([
    ["apt-get" as const, "Install it (apt-get install openvswitch-switch), or set missingPackages: install"],
    ["dnf" as const, "Install it (dnf install openvswitch), or set missingPackages: install"],
    ["zypper" as const, "Install it (zypper install openvswitch), or set missingPackages: install"],
    [undefined, "Install it"],
  ])("is told with the command of %s", (manager, remedy) => {
    expect(describeMissing(ovs, manager)).toBe(`ovs-vsctl is not installed. ${remedy}`);
  });

  it("is told with what else the file could say, and without a command where there is no package", () => {
    expect(describeMissing(ifup, "dnf")).toBe("ifupdown is not installed. Install it, or set renderer: networkd");
  });
});

describe("an installation", () => {
  it("names each package once", () => {
    expect(installationOf([ip, bridge, ovs], "dnf")).toEqual({
      manager: "dnf",
      packages: ["iproute", "openvswitch"],
      services: ["openvswitch.service"],
    });
  });

  it("is none where a package or its manager is not known", () => {
    expect(installationOf([ip, ifup], "zypper")).toBeUndefined();
    expect(installationOf([ip], undefined)).toBeUndefined();
  });
});
