// Which renderer is taken where the file leaves that to the machine, and what is said of one that has none.
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../../providers/engine/check.js";
import { LINUX_RENDERERS, type LinuxRenderer } from "../../../providers/model/linuxRenderer.js";
import type { LinuxFacts } from "../../../providers/platforms/linux/facts.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { toLinuxWords } from "../../../providers/platforms/linux/toWords.js";
import { modelOf, rulesOf } from "../../model/given.js";
import { factsOf } from "./nicFacts.js";

const SPEC = `
environment: t
networks: { app: { vlan: 10 } }
hosts:
  kvm-01:
    platform: kvm
    renderer: detect
    uplinks: { ens1: , ens2: }
    virtualSwitches: { br0: { kind: linux-bridge, uplinkTeam: { members: [ens1, ens2] }, portGroups: [app] } }
`;

const wordsOf = (spec: string) => {
  const [host] = modelOf(spec).kvmHosts;
  if (!host) throw new Error("no host");
  return toLinuxWords(host);
};
const open = wordsOf(SPEC);
const { detection } = linux;
if (!detection) throw new Error("no detection");

const using = (...names: readonly LinuxRenderer[]): LinuxFacts => ({
  ...factsOf({}),
  renderers: Object.fromEntries(LINUX_RENDERERS.map((name) => [name, names.includes(name)])) as LinuxFacts["renderers"],
});

describe("a renderer that is detected", () => {
  it.each<[LinuxRenderer, readonly LinuxRenderer[]]>([
    ["networkd", ["networkd"]],
    ["netplan", ["netplan", "networkd"]],
    ["netplan", ["netplan", "NetworkManager"]],
    ["NetworkManager", ["NetworkManager", "networkd"]],
    ["ifupdown", ["ifupdown", "NetworkManager", "networkd"]],
  ])("is %s where there is %j, and the words are those of a file that says so", (renderer, names) => {
    const named = wordsOf(SPEC.replace("detect", renderer));
    expect(detection.isOpen(open)).toBe(true);
    expect(detection.isOpen(named)).toBe(false);
    expect(detection.detected(open, using(...names))).toEqual({ words: named });
    expect(detection.asBefore(open, named)).toEqual(named);
  });

  it("stays open where the state has nothing of the machine", () => {
    expect(detection.asBefore(open, linux.nothing)).toEqual(open);
    expect(detection.asBefore(open, open)).toEqual(open);
  });

  it("is asked of no machine that gets nothing of a renderer", () => {
    const spec = SPEC.replace("kind: linux-bridge, ", "").replace("[ens1, ens2]", "[ens1]");
    expect(wordsOf(spec)).toEqual(linux.nothing);
  });

  it("can't be what a seed is written for", () => {
    const text = `${SPEC}vms:
  db-01:
    host: kvm-01
    ports: { app0: { portGroup: br0/app, mac: "52:54:00:00:00:01", dhcp: ipv4 } }
    guest: { os: linux, renderer: detect, cloudInit: {} }
`;
    expect(checkEnvironmentText(text, "t.yaml").problems.filter(({ severity }) => severity === "error")).toMatchObject([
      {
        path: ["vms", "db-01", "guest", "renderer"],
        wanted: "one of netplan, networkd, NetworkManager, ifupdown",
        remedy: expect.stringMatching(/^Name the renderer that the VM's image has/),
      },
    ]);
    expect(rulesOf(text.replace(", cloudInit: {}", "")).filter((rule) => rule.startsWith("error"))).toEqual([]);
  });
});
