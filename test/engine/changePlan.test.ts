// Files of ours on a machine: what of them is a difference, what stands in their way, and what a plan does about them.
import { describe, expect, it } from "vitest";
import { differences, planChange } from "../../providers/engine/changePlan.js";
import type { MachineFacts } from "../../providers/engine/machineFacts.js";
import { NO_WORDS, toMachineWords } from "../../providers/engine/machineWords.js";
import { renderFiles, renderTexts } from "../../providers/engine/render.js";
import { formatChange } from "../../providers/model/change.js";
import { linux } from "../../providers/platforms/linux/index.js";
import type { LinuxWords } from "../../providers/platforms/linux/words.js";
import { linuxGuests } from "../../providers/platforms/linuxGuest/index.js";
import { modelOf } from "../model/given.js";
import { kernelSays } from "../platforms/linux/kernel.js";

const NETPLAN_FILE = "/etc/netplan/60-multiport.yaml";

const heading = { machine: "db-01", environment: "t" };
const guest = modelOf(`
environment: t
networks: { app: {} }
hosts: { k: { platform: kvm, uplinks: { e0: }, virtualSwitches: { vs0: { uplinkTeam: { members: [e0] }, portGroups: [app] } } } }
vms: { db-01: { host: k, ports: { app: { portGroup: vs0/app, guestInterface: app } }, guest: { os: linux, renderer: netplan } } }
`).virtualMachines[0]?.guest;
if (!guest) throw new Error("no guest");
const words = toMachineWords(linuxGuests, guest, "t");
const text = renderFiles(linuxGuests, words, heading)[0]?.text ?? "";

function machine(files: Record<string, string>): MachineFacts {
  return {
    layers: { linux: linux.readFacts(kernelSays(words.linux as LinuxWords, { defaults: "said" })) },
    packageManager: "apt-get",
    files,
    applied: undefined,
    change: undefined,
    isPuttingBack: false,
    last: undefined,
  };
}

const changes = (files: Record<string, string>, wanted = words) =>
  differences(linuxGuests, { heading, words: wanted }, machine(files)).map(formatChange);

const plan = (files: Record<string, string>, wanted = words) =>
  planChange(linuxGuests, { id: "7", seconds: 30, heading, words: wanted }, machine(files));

describe("a file of ours", () => {
  it.each<[string, Record<string, string>, string[]]>([
    ["as it was put there is no difference", { [NETPLAN_FILE]: text }, []],
    [
      "with another comment is one, though its words are the same",
      { [NETPLAN_FILE]: `${text}# mine\n` },
      [`linux.files."${NETPLAN_FILE}": is "another text", wanted "our text"`],
    ],
  ])("%s", (_sentence, files, expected) => {
    expect(changes(files)).toEqual(expected);
  });

  it("that is not wanted any more is taken away, also where it says nothing", () => {
    const nothing = NO_WORDS;
    const [head] = text.split("\n");
    expect(changes({ [NETPLAN_FILE]: `${head}\n{}\n` }, nothing)).toEqual([
      'linux.renderer: is "netplan", wanted null',
    ]);
    expect(plan({ [NETPLAN_FILE]: text }, nothing).script).toMatch(/^rm -f \/etc\/netplan\/60-multiport\.yaml$/m);
    expect(changes({}, nothing)).toEqual([]);
  });

  it("is shown as it stands on the machine, in a refresh", () => {
    const files = { [NETPLAN_FILE]: `${text}# mine\n` };
    expect(renderTexts(linuxGuests, { words, heading, files }).linux).toBe(
      `==> /etc/netplan/60-multiport.yaml <==\n${text}# mine\n`,
    );
  });
});

describe("a file at its place", () => {
  it.each<[string, Record<string, string>, string[]]>([
    ["none there", {}, []],
    ["one of ours", { [NETPLAN_FILE]: text }, []],
    [
      "one that somebody wrote",
      { [NETPLAN_FILE]: "network: {}\n" },
      ["/etc/netplan/60-multiport.yaml exists and was not written by multiport. Move it away, then try again"],
    ],
    [
      "one of another environment",
      { [NETPLAN_FILE]: text.replace("environment t.", "environment u.") },
      ["/etc/netplan/60-multiport.yaml exists and belongs to environment u. Move it away, then try again"],
    ],
    [
      "an empty one",
      { [NETPLAN_FILE]: "" },
      ["/etc/netplan/60-multiport.yaml exists and was not written by multiport. Move it away, then try again"],
    ],
  ])("%s", (_sentence, files, conflicts) => {
    expect(plan(files).conflicts).toEqual(conflicts);
    // Nor is it taken away, where nothing is wanted.
    if (conflicts.length > 0) expect(changes(files, NO_WORDS)).toEqual([]);
  });
});
