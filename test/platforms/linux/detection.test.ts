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
    expect(detection.detected(open, using(...names), undefined)).toEqual({ words: named });
    expect(detection.asBefore(open, named)).toEqual({ words: named });
  });

  it("stays open where the state has nothing of the machine", () => {
    expect(detection.asBefore(open, linux.nothing)).toBeUndefined();
    expect(detection.asBefore(open, open)).toBeUndefined();
  });

  it("is the one that we used before where none is in use without us", () => {
    const named = wordsOf(SPEC.replace("detect", "ifupdown"));
    expect(detection.detected(open, using(), named)).toEqual({ words: named });
    expect(detection.detected(open, using(), linux.nothing)).toEqual({
      conflicts: [expect.stringMatching(/^none of netplan, .* is in use there/)],
    });
  });

  it("is asked whether it can write what is wanted whenever that is known, as check asks one that is named", () => {
    const dotted = (renderer: string) => SPEC.replace("detect", renderer).replace("br0", "br.lan");
    expect(rulesOf(dotted("ifupdown"))).toContain("error unsupported");
    expect(rulesOf(dotted("detect"))).not.toContain("error unsupported");
    const refusal = (device: string) =>
      expect.stringMatching(`^${device}: .* on br, by its name alone \\(ifupdown was detected\\)\\. Use .*[^.]$`);
    const refused = { conflicts: [refusal("br.lan"), refusal("br.lan-bond")] };
    const words = wordsOf(dotted("detect"));
    expect(detection.detected(words, using("ifupdown"), undefined)).toEqual(refused);
    expect(detection.asBefore(words, wordsOf(SPEC.replace("detect", "ifupdown")))).toEqual(refused);
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
