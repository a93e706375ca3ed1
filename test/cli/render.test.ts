// multiport render: what stands below the output folder after a run, in every state that it may have been in.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { renderFiles } from "../../cli/render.js";

const clean = readFileSync(join(__dirname, "environments", "clean.yaml"), "utf8");
const errors = readFileSync(join(__dirname, "environments", "errors.yaml"), "utf8");
const file = (text: string, name = "clean") => ({ name, file: `stacks/${name}.yaml`, text });

let out: string;

beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "multiport-render-")), "out");
});
afterEach(() => rmSync(join(out, ".."), { recursive: true, force: true }));

function tree(): string[] {
  return readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    .sort();
}

it("writes every file of every machine", () => {
  const { files, removed, foreign } = renderFiles([file(clean)], out);
  expect(files.map((path) => path.slice(out.length + 1))).toEqual([
    "clean/kvm-01/openvswitch.sh",
    "clean/web-01/etc/netplan/60-multiport.yaml",
    "clean/web-01/etc/systemd/network/10-multiport-app0.link",
  ]);
  expect(tree()).toEqual([
    "clean/kvm-01/openvswitch.sh",
    "clean/web-01/etc/netplan/60-multiport.yaml",
    "clean/web-01/etc/systemd/network/10-multiport-app0.link",
  ]);
  expect([removed, foreign]).toEqual([[], []]);
  expect(readFileSync(join(out, "clean/kvm-01/openvswitch.sh"), "utf8")).toContain("--may-exist add-br vs0");
});

it("writes nothing, not even of the others, where one environment has errors", () => {
  expect(() => renderFiles([file(clean), file(errors, "errors")], out)).toThrow(
    /^nothing was written, because of errors\nstacks\/errors\.yaml:3:10: /,
  );
  expect(existsSync(out)).toBe(false);
});

it("refuses two environments of one name", () => {
  expect(() => renderFiles([file(clean), file(clean, "copy")], out)).toThrow(
    'nothing was written: stacks/clean.yaml and stacks/copy.yaml both say "environment: clean". Give each a name of its own',
  );
  expect(existsSync(out)).toBe(false);
});

it("takes away what an earlier run left for a machine that is gone, and its empty folder", () => {
  renderFiles([file(clean)], out);
  const { removed } = renderFiles([file(clean.replace(/^vms:\n[\s\S]*/m, ""))], out);
  expect(removed.map((path) => path.slice(out.length + 1))).toEqual([
    "clean/web-01/etc/netplan/60-multiport.yaml",
    "clean/web-01/etc/systemd/network/10-multiport-app0.link",
  ]);
  expect(tree()).toEqual(["clean/kvm-01/openvswitch.sh"]);
  expect(existsSync(join(out, "clean/web-01"))).toBe(false);
});

it("leaves what others put there alone, and names it", () => {
  mkdirSync(join(out, "clean/web-01"), { recursive: true });
  writeFileSync(join(out, "clean/notes.txt"), "mine");
  // Another environment's file that strayed in here is not ours to delete either.
  writeFileSync(
    join(out, "clean/web-01/old.yaml"),
    "# Network of web-01, environment other. Written by multiport: do not edit here.\n",
  );
  const { removed, foreign } = renderFiles([file(clean)], out);
  expect(removed).toEqual([]);
  expect(foreign.map((path) => path.slice(out.length + 1))).toEqual(["clean/notes.txt", "clean/web-01/old.yaml"]);
  expect(readFileSync(join(out, "clean/notes.txt"), "utf8")).toBe("mine");
});

it("keeps the leftovers of an earlier run where the new one has errors", () => {
  renderFiles([file(clean)], out);
  expect(() => renderFiles([file(errors)], out)).toThrow();
  expect(tree()).toHaveLength(3);
});

it("does not touch a file that says the same already, and repairs one that does not", () => {
  renderFiles([file(clean)], out);
  const [kvm, guest] = [
    join(out, "clean/kvm-01/openvswitch.sh"),
    join(out, "clean/web-01/etc/netplan/60-multiport.yaml"),
  ];
  const text = readFileSync(guest, "utf8");
  utimesSync(kvm, 1, 1);
  writeFileSync(guest, "# edited\n");
  renderFiles([file(clean)], out);
  expect(statSync(kvm).mtimeMs).toBe(1000);
  expect(readFileSync(guest, "utf8")).toBe(text);
});

it("says what has no file", () => {
  const vsphere = `environment: v
networks: { app: { vlan: 10 } }
hosts: { esx-01: { platform: vsphere, uplinks: { vmnic2: , vmnic3: } } }
distributedSwitches:
  dvs0:
    datacenter: dc1
    hosts: [esx-01]
    uplinks: { uplink1: vmnic2, uplink2: vmnic3 }
    uplinkTeam: { members: [uplink1, uplink2] }
    portGroups: { app: {} }
`;
  const { files, notes } = renderFiles([file(vsphere)], out);
  expect(files).toEqual([]);
  expect(notes).toEqual([
    "distributed switch dvs0 has no file: vCenter is told through its API. See pulumi preview --diff",
  ]);
});
