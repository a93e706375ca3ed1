// Design rules that count: LAGs, ports, virtual functions and devices against what the release of vSphere takes. Pure.
import type { Path } from "../problem.js";
import type { Design } from "./design.js";
import type { Finding, Rule, RuleText } from "./rule.js";
import { type LimitName, VSPHERE_LIMITS } from "./vsphereLimits.js";

interface Count {
  readonly limit: LimitName;
  readonly count: number;
  /** What is counted, such as "LAGs on the switch". */
  readonly what: string;
  readonly path: Path;
}

function limitRule(rule: RuleText, counts: (design: Design) => Iterable<Count>): Rule {
  return {
    ...rule,
    *check(design) {
      const limits = VSPHERE_LIMITS[design.environment.vsphereVersion];
      for (const { limit, count, what, path } of counts(design)) {
        const { advised, hard } = limits[limit];
        const broken = hard && count > hard.value ? hard : advised && count > advised.value ? advised : undefined;
        if (!broken) continue;
        const severity: Finding["severity"] = broken === hard ? "error" : "warning";
        const message = `${what}: at most ${broken.value} with vSphere ${design.environment.vsphereVersion}`;
        yield { path, message, found: `${count}`, severity };
      }
    },
  };
}

export const limitRules: readonly Rule[] = [
  limitRule(
    {
      id: "VS-08",
      severity: "warning",
      graver: "error",
      title: "A distributed switch has at most 64 LAGs; on one host 64 are an error and more than 32 a risk.",
      remedy: "Use fewer LAGs, or further distributed switches over other hosts.",
      source: "Broadcom KB 315280 and 315347; vSphere Networking 6.7",
    },
    function* ({ environment }) {
      const perHost = new Map<string, number>();
      for (const { name, lags, hosts } of environment.distributedSwitches) {
        const path = ["distributedSwitches", name, "lags"];
        yield { limit: "lagsPerSwitch", count: lags.length, what: "LAGs on one switch", path };
        for (const host of hosts) perHost.set(host.name, (perHost.get(host.name) ?? 0) + lags.length);
      }
      for (const [host, count] of perHost)
        yield { limit: "lagsPerHost", count, what: "LAGs on one host", path: ["hosts", host] };
    },
  ),
  limitRule(
    {
      id: "VS-09",
      severity: "warning",
      title: "A LAG has at most 24 ports.",
      remedy: "Use fewer ports, or a second LAG.",
      source: "Broadcom KB 389732",
    },
    function* ({ environment }) {
      for (const dvs of environment.distributedSwitches) {
        for (const { name, ports } of dvs.lags) {
          const path = ["distributedSwitches", dvs.name, "lags", name, "ports"];
          yield { limit: "portsPerLag", count: ports, what: "ports of one LAG", path };
        }
      }
    },
  ),
  limitRule(
    {
      id: "VS-54",
      severity: "warning",
      title: "A host has a limited number of virtual functions, and so has a physical port.",
      remedy: "Lower sriov.numVfs.",
      source: "vSphere Networking 6.7, SR-IOV Architecture and Interaction",
      lookedAfterBy: ["file", "host facts"],
    },
    function* ({ environment }) {
      for (const { name, uplinks } of environment.esxHosts) {
        const path = ["hosts", name, "uplinks"];
        const total = uplinks.reduce((sum, { numVfs = 0 }) => sum + numVfs, 0);
        yield { limit: "functionsPerHost", count: total, what: "virtual functions on one host", path };
        for (const { name: uplink, numVfs = 0 } of uplinks) {
          const at = [...path, uplink, "sriov", "numVfs"];
          yield { limit: "functionsPerPort", count: numVfs, what: "virtual functions of one physical port", path: at };
        }
      }
    },
  ),
  limitRule(
    {
      id: "VS-56",
      severity: "warning",
      graver: "error",
      title: "A VM takes a limited number of passthrough devices.",
      remedy: "Remove devices from the VM; more are possible with a newer vSphere (vcenter.version).",
      source: "Broadcom KB 309986",
    },
    function* ({ vsphereVms }) {
      for (const { hardware, path } of vsphereVms) {
        const at = [...path, "vsphere", "passthrough"];
        const count = hardware.passthrough.length;
        const what = "passthrough devices of one VM";
        yield { limit: "passthroughPerVm", count, what, path: at };
      }
    },
  ),
  limitRule(
    {
      id: "VS-64",
      severity: "warning",
      title: "Hosts, port groups and network cards stay within the scale limits of the vSphere release.",
      remedy: "Spread over further switches or VMs.",
      source: "Broadcom configuration maximums, as far as multiport knows them for the release",
    },
    function* ({ environment, vsphereVms }) {
      for (const { name, hosts, portGroups } of environment.distributedSwitches) {
        const path = ["distributedSwitches", name];
        const at = [...path, "hosts"];
        yield { limit: "hostsPerSwitch", count: hosts.length, what: "hosts of one switch", path: at };
        const groups = [...path, "portGroups"];
        yield {
          limit: "portGroupsPerSwitch",
          count: portGroups.length,
          what: "port groups of one switch",
          path: groups,
        };
      }
      for (const { hardware, path } of vsphereVms) {
        const at = [...path, "ports"];
        yield { limit: "cardsPerVm", count: hardware.cards.length, what: "network cards of one VM", path: at };
      }
    },
  ),
];
