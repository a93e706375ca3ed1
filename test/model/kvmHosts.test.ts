// KVM hosts: what makes their switches and bonds, their own interfaces, and what profiles give them.
import { describe, expect, it } from "vitest";
import { modelOf, problemsOf } from "./given.js";

function site(host: string, profile = "{}"): string {
  return `environment: t
networks: { app: { vlan: 10, mtu: 9000 }, mgmt: { vlan: 20, subnet: 10.20.0.0/24 }, plain: {} }
profiles: { p: ${profile} }
hosts: { k: { platform: kvm, profile: p, uplinks: { e0: , e1: , e2: }, ${host} } }
`;
}

const host = (text: string, profile?: string) => {
  const [kvm] = modelOf(site(text, profile)).kvmHosts;
  if (!kvm) throw new Error("no host");
  return kvm;
};
const withSwitch = (body: string, more = "") =>
  `virtualSwitches: { vs0: { ${body}, portGroups: [app, mgmt, plain] } }${more}`;
const two = "uplinkTeam: { members: [e0, e1] }";

describe("what makes a switch and its bond", () => {
  it.each([
    [two, { kind: "openvswitch", bonding: "openvswitch" }, undefined],
    ["uplinkTeam: { members: [e0, e1], bonding: kernel }", { kind: "openvswitch", bonding: "kernel" }, "vs0-bond"],
    [
      "uplinkTeam: { members: [e0, e1], bonding: kernel, name: bond7 }",
      { kind: "openvswitch", bonding: "kernel" },
      "bond7",
    ],
    [`kind: linux-bridge, ${two}`, { kind: "linux-bridge", bonding: "kernel" }, "vs0-bond"],
    ["kind: linux-bridge, uplinkTeam: { members: [e0] }", { kind: "linux-bridge", bonding: "kernel" }, undefined],
  ])("%s", (body, expected, bondName) => {
    const [vs] = host(withSwitch(body)).virtualSwitches;
    expect(vs).toMatchObject(expected);
    expect(vs?.bondName).toBe(bondName);
  });

  it.each([
    ["", false],
    ["spanningTree: false, ", false],
    ["spanningTree: true, ", true],
  ])("a Linux bridge with %j has spanning tree: %s", (given, expected) => {
    expect(host(withSwitch(`kind: linux-bridge, ${given}${two}`)).virtualSwitches[0]?.spanningTree).toBe(expected);
  });

  it("a renderer is netplan unless the host or its profile names another", () => {
    expect(host(withSwitch(two)).renderer).toBe("netplan");
    expect(host(withSwitch(two), "{ renderer: ifupdown }").renderer).toBe("ifupdown");
    expect(host(withSwitch(two, ", renderer: networkd"), "{ renderer: ifupdown }").renderer).toBe("networkd");
  });

  it("a bond may not have the name of another interface", () => {
    const text = withSwitch("kind: linux-bridge, uplinkTeam: { members: [e0, e1], name: e2 }");
    expect(problemsOf(site(text))).toEqual([
      expect.stringContaining("uplinkTeam [duplicate] this interface name is already used by an uplink of k"),
    ]);
  });
});

describe("options of a bond", () => {
  const options = (text: string) =>
    host(withSwitch(`uplinkTeam: { members: [e0, e1], bonding: kernel, ${text} }`)).virtualSwitches[0]?.uplinkTeam.bond;

  it("failback false prefers no member until one fails", () => {
    expect(options("failback: true")).toMatchObject({ primaryReselect: "always" });
    expect(options("failback: false")).toMatchObject({ primaryReselect: "failure" });
    expect(options("primaryReselect: better")).toMatchObject({ primaryReselect: "better" });
  });

  it("an ARP monitor has its defaults", () => {
    expect(options("arpMonitor: { intervalMilliseconds: 200, targets: [10.0.0.1] }")?.arpMonitor).toEqual({
      intervalMilliseconds: 200,
      targets: ["10.0.0.1"],
      validate: "none",
      allTargets: false,
    });
  });
});

describe("interfaces of the host itself", () => {
  it("have the VLAN and packet size of their network, and what the profile gives", () => {
    const { hostPorts } = host(
      `${withSwitch(two)}, hostPorts: { mgmt0: { addresses: [10.20.0.11/24] }, app0: { portGroup: vs0/app, mtu: 1500, addresses: ["fd00::1/64"], gateway: ["fd00::2"] } }`,
      "{ hostPorts: { mgmt0: { portGroup: vs0/mgmt, nameservers: [10.20.0.53] } } }",
    );
    const common = { switch: "vs0", network: expect.anything() };
    expect(hostPorts).toEqual([
      {
        ...common,
        name: "mgmt0",
        portGroup: "mgmt",
        addresses: ["10.20.0.11/24"],
        gateways: [],
        nameservers: ["10.20.0.53"],
        searchDomains: [],
        mtuBytes: 1500,
      },
      {
        ...common,
        name: "app0",
        portGroup: "app",
        addresses: ["fd00::1/64"],
        gateways: ["fd00::2"],
        nameservers: [],
        searchDomains: [],
        mtuBytes: 1500,
      },
    ]);
  });

  it("are the bridge itself where it is untagged and of the kernel", () => {
    const text = withSwitch(`kind: linux-bridge, ${two}`, ", hostPorts: { vs0: { portGroup: vs0/plain } }");
    expect(host(text).hostPorts.map(({ name }) => name)).toEqual(["vs0"]);
  });

  it("take their names and addresses from nobody, VMs included", () => {
    const text = `${site(`${withSwitch(two)}, hostPorts: { mgmt0: { portGroup: vs0/mgmt, addresses: [10.20.0.11/24] } }`)}vms: { v: { host: k, ports: { p: { portGroup: vs0/mgmt, interface: mgmt0, addresses: [10.20.0.11/24] } } } }\n`;
    expect(problemsOf(text).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "vms.v.ports.p.interface [duplicate] this interface name is already used by host port mgmt0",
      "vms.v.ports.p.addresses[0] [duplicate] this IP address is already used by host port mgmt0 of k",
    ]);
  });
});
