// Team devices (teamd) of a machine: where it keeps their configuration, what its facts have of it, and what a change says.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { findOnPath } from "../../../lab/toolchain/command.js";
import { fillTemplate } from "../../../providers/engine/template.js";
import type { TeamdConfig } from "../../../providers/platforms/linux/teamd/config.js";
import { findTeam, type TeamFile } from "../../../providers/platforms/linux/teamd/sources.js";
import { teamToBond } from "../../../providers/platforms/linux/teamd/toBond.js";
import type { LinuxWords } from "../../../providers/platforms/linux/words.js";
import { factsOf, NICS, plan, wordsOf } from "./nicFacts.js";
import { bond, link } from "./words.js";

const CONFIG = '{"runner": {"name": "activebackup"}}';
const DUMP: TeamFile = {
  path: "teamdctl team0 config dump",
  lines: ["{", '"device": "team0",', '"runner": {"name": "lacp"},', '"ports": {"eth1": {}}', "}"],
};
const TEAMD: TeamFile = {
  path: "/etc/teamd/team0.conf",
  lines: ['{"device": "team0", "runner": {"name": "broadcast"}}'],
};
const NM = "/etc/NetworkManager/system-connections";
const KEYFILES: TeamFile[] = [
  {
    path: `${NM}/t.nmconnection`,
    lines: ["[connection]", "id=t", "uuid=11-22", "type=team", "interface-name=team0", "[team]", `config=${CONFIG}`],
  },
  {
    path: `${NM}/a.nmconnection`,
    lines: [
      "[connection]",
      "interface-name=eth1",
      "master=11-22",
      "slave-type=team",
      "[team-port]",
      'config={"prio": 5}',
    ],
  },
  {
    path: `${NM}/b.nmconnection`,
    lines: ["[connection]", "interface-name=eth2", "controller=team0", "port-type=team"],
  },
  {
    path: `${NM}/c.nmconnection`,
    lines: ["[connection]", "interface-name=eth3", "controller=team1", "port-type=team"],
  },
];
const IFCFG: TeamFile[] = [
  {
    path: "/etc/sysconfig/network-scripts/ifcfg-team0",
    lines: ["DEVICE=team0", 'DEVICETYPE="Team"', `TEAM_CONFIG='${CONFIG}'`],
  },
  {
    path: "/etc/sysconfig/network-scripts/ifcfg-eth1",
    lines: ["DEVICE=eth1", "DEVICETYPE=TeamPort", "TEAM_MASTER=team0", 'TEAM_PORT_CONFIG="{\\"prio\\": 5}"'],
  },
];

describe("where a machine keeps it", () => {
  const configOf = (files: readonly TeamFile[]): TeamdConfig => {
    const found = findTeam("team0", files);
    if (!found || "faults" in found) throw new Error(JSON.stringify(found));
    return found.config;
  };

  it.each<[string, readonly TeamFile[], string, object]>([
    ["the daemon, before its file", [TEAMD, DUMP], "lacp", { eth1: {} }],
    ["its file, before profiles", [...KEYFILES, TEAMD], "broadcast", {}],
    ["profiles of NetworkManager", KEYFILES, "activebackup", { eth1: { prio: 5 }, eth2: {} }],
    ["ifcfg", IFCFG, "activebackup", { eth1: { prio: 5 } }],
  ])("%s", (_, files, runner, ports) => {
    const config = configOf(files);
    expect(config.runner.name).toBe(runner);
    expect(config.ports).toEqual(ports);
  });

  it("a profile without a word is teamd's default", () => {
    const [team] = KEYFILES;
    expect(configOf([{ path: team?.path ?? "", lines: team?.lines.slice(0, 5) ?? [] }]).runner.name).toBe("roundrobin");
  });

  it("nowhere, of another device, and one that is broken", () => {
    expect(findTeam("team1", [DUMP, TEAMD, ...KEYFILES, ...IFCFG])).toBeUndefined();
    const broken = findTeam("team0", [{ path: TEAMD.path, lines: ["{"] }]);
    expect(broken).toEqual({ path: TEAMD.path, faults: [expect.stringMatching(/^is no JSON: /)] });
    const port = { path: `${NM}/b.nmconnection`, lines: [...(KEYFILES[1]?.lines.slice(0, 5) ?? []), "config=}"] };
    expect(findTeam("team0", [...KEYFILES.slice(0, 1), port])).toMatchObject({
      faults: [expect.stringMatching(/b\.nmconnection: is no JSON/)],
    });
  });

  const hasNmcli = findOnPath("nmcli") !== undefined;
  it.skipIf(!hasNmcli)("profiles as NetworkManager itself writes them", () => {
    const nmcli = (...args: string[]) => {
      const { stdout, status, stderr } = spawnSync("nmcli", ["--offline", "connection", "add", ...args], {
        encoding: "utf8",
      });
      expect(status, stderr).toBe(0);
      return stdout.split("\n");
    };
    const team = [
      "type",
      "team",
      "con-name",
      "t",
      "ifname",
      "team0",
      "team.runner",
      "lacp",
      "team.runner-tx-hash",
      "eth,l4",
      "team.runner-fast-rate",
      "yes",
      "team.runner-min-ports",
      "2",
      "team.link-watchers",
      "name=ethtool delay-up=200",
    ];
    const port = [
      "type",
      "team-slave",
      "con-name",
      "p",
      "ifname",
      "eth1",
      "master",
      "team0",
      "team-port.lacp-prio",
      "9",
    ];
    const config = configOf([
      { path: `${NM}/t.nmconnection`, lines: nmcli(...team) },
      { path: `${NM}/p.nmconnection`, lines: nmcli(...port) },
    ]);
    expect(teamToBond(config).bond).toEqual({
      members: ["eth1"],
      mode: "lacp",
      policy: "transport-ports",
      lacpRate: "fast",
      minLinks: 2,
      upDelayMilliseconds: 200,
    });
    expect(config.ports).toEqual({ eth1: { lacp_prio: 9 } });
  });
});

describe("a change that a team stands in the way of", () => {
  const TEAM = { ifname: "team0", mtu: 1500, linkinfo: { info_kind: "team" } };
  const nics = { ...NICS, enp1s0: { mac: "52:54:00:00:00:01", pci: "0000:01:00.0", more: { master: "team0" } } };
  const desired: LinuxWords = {
    ...wordsOf({}),
    bonds: { bond0: bond({ mode: "active-backup", members: ["enp1s0"] }) },
    links: { bond0: link(), enp1s0: link() },
  };

  function conflicts(words: LinuxWords, teams: readonly TeamFile[], others: object[] = [TEAM]): readonly string[] {
    return plan(words, factsOf(nics, { teams }, others)).conflicts;
  }

  const TAKEN =
    "enp1s0 is a member of team0, which is not multiport's. Take it out there, or leave enp1s0 out of the environment";

  it("shows the lines of the bond, with what they lack", () => {
    const dump = {
      ...DUMP,
      lines: ['{"runner": {"name": "lacp", "sys_prio": 5}, "ports": {"enp1s0": {}, "enp2s0": {}}}'],
    };
    const [text = "", ...more] = conflicts({ ...desired, ports: ["enp1s0"] }, [dump]);
    expect(more).toEqual([]);
    expect(text).toContain(
      `${TAKEN}. multiport makes bonds in place of team devices [LB-28]. By teamdctl team0 config dump it is (members by the names of their ports): `,
    );
    expect(text).toMatch(/\. What differs: runner\.sys_prio: the file has no key for the priority of the system$/);
    expect(parse(/\{ bonds.*\}\}? *\}/.exec(text)?.[0] ?? "")).toEqual({
      bonds: { team0: { members: ["enp1s0", "enp2s0"], mode: "lacp", policy: "ip-hash", lacpRate: "slow" } },
    });
  });

  it("on a host it is an uplink team", () => {
    expect(conflicts(desired, [TEAMD])).toEqual([
      expect.stringContaining("it is: { uplinkTeam: { members: [ enp1s0 ], policy: broadcast } }"),
    ]);
  });

  it("says so where nothing tells the team, or it is not understood", () => {
    expect(conflicts(desired, [])).toEqual([
      `${TAKEN}. multiport makes bonds in place of team devices [LB-28]: give the file uplinkTeam with the same members`,
    ]);
    expect(conflicts(desired, [{ ...TEAMD, lines: ['{"runner": {"name": "x"}}'] }])).toEqual([
      expect.stringContaining(
        'does not understand this one. /etc/teamd/team0.conf: runner.name: "x" is not understood',
      ),
    ]);
  });

  it("also where the bond has the name of the team", () => {
    const words: LinuxWords = {
      ...desired,
      bonds: { team0: bond({ mode: "active-backup", members: ["enp2s0"] }) },
      links: { team0: link(), enp2s0: link() },
    };
    expect(conflicts(words, [TEAMD])).toEqual([
      expect.stringMatching(/^team0 exists, is a device of kind team, .* or remove it\. multiport makes bonds/),
    ]);
  });

  it("a bridge of others is told as before", () => {
    expect(conflicts(desired, [TEAMD], [{ ...TEAM, linkinfo: { info_kind: "bridge" } }])).toEqual([TAKEN]);
  });
});

describe("the facts of a machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "teamd-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, lines: readonly string[], mode = 0o600): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join("\n")}\n`, { mode });
  }

  /** The real script, with its folders below ours, and `ip` and `teamdctl` that know one team. */
  function teams(withDaemon: boolean): unknown {
    write(
      "bin/ip",
      ["#!/bin/sh", `[ "$*" != '-o link show type team' ] || echo '7: team0: <BROADCAST> mtu 1500'`],
      0o755,
    );
    if (withDaemon) write("bin/teamdctl", ["#!/bin/sh", `printf '{\\n\\t"device": "%s"\\n}\\n' "$1"`], 0o755);
    const script = fillTemplate("linux/facts.sh", {}).replaceAll(
      /\/etc\/(teamd|NetworkManager|sysconfig)\//g,
      `${folder}/etc/$1/`,
    );
    const { stdout, stderr, status } = spawnSync("sh", ["-eu"], {
      input: script,
      encoding: "utf8",
      env: { PATH: `${folder}/bin:${process.env.PATH}` },
    });
    expect(status, stderr).toBe(0);
    return (JSON.parse(stdout) as { teams: unknown }).teams;
  }

  it("have what the daemon says, files of teamd, and of profiles what tells of a team and no secret", () => {
    for (const { path, lines } of [TEAMD, ...KEYFILES.slice(0, 2), ...IFCFG]) write(path, lines);
    write(`${NM}/wifi.nmconnection`, ["[connection]", "type=wifi", "[wifi-security]", "psk=secret"]);
    write(`${NM}/a.nmconnection`, [...(KEYFILES[1]?.lines ?? []), "[802-1x]", "password=secret", "config=secret"]);
    const files = [DUMP, TEAMD, KEYFILES[1], KEYFILES[0], IFCFG[1], IFCFG[0]].map((file, index) => ({
      path: index === 0 ? DUMP.path : `${folder}${file?.path}`,
      lines:
        index === 0
          ? ["{", ' "device": "team0"', "}"]
          : [...(file?.lines ?? []), ...(file === KEYFILES[1] ? ["[802-1x]"] : [])].filter(
              (line) => line !== "[802-1x]",
            ),
    }));
    expect(teams(true)).toEqual(files);
  });

  it("without a daemon that answers are the files alone", () => {
    write(TEAMD.path, ['{"a": "b\\\\c"}']);
    expect(teams(false)).toEqual([{ path: `${folder}${TEAMD.path}`, lines: ['{"a": "b\\\\c"}'] }]);
  });
});
