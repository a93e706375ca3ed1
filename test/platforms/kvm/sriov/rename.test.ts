// The script of virtual functions beside udev, which gives a device its name while the script is at work: run by a real shell on a folder
// in the place of /sys, with a stand-in for ip that renames the device once. I/O.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fillTemplate } from "../../../../providers/engine/template.js";

const CARD = "sys/bus/pci/devices/0000:03:00.0";
const FUNCTION = "sys/bus/pci/devices/0000:03:10.0";

let root: string;
const at = (path: string) => join(root, path);
function put(path: string, text: string, mode?: number): void {
  mkdirSync(join(at(path), ".."), { recursive: true });
  writeFileSync(at(path), text, { mode });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sriov-"));
  const files = { sriov_numvfs: 1, sriov_totalvfs: 7, sriov_drivers_autoprobe: 1 };
  for (const [name, value] of Object.entries(files)) put(`${CARD}/${name}`, `${value}\n`);
  put("sys/class/net/ens3/flags", "0x1003\n");
  put("sys/class/net/ens3/mtu", "9000\n");
  put(`${FUNCTION}/net/eth0/mtu`, "1500\n");
  put("drivers/igb/x", "");
  put("drivers/igbvf/x", "");
  symlinkSync(at(CARD), at("sys/class/net/ens3/device"));
  symlinkSync(at(FUNCTION), at(`${CARD}/virtfn0`));
  symlinkSync(at("drivers/igb"), at(`${CARD}/driver`));
  symlinkSync(at("drivers/igbvf"), at(`${FUNCTION}/driver`));
  const heading = { machine: "m", environment: "e" };
  put("etc/sriov.sh", fillTemplate("kvm/sriov/sriov.sh", heading).replaceAll("/sys/", `${root}/sys/`));
  put("etc/sriov.conf", "port ens3 numvfs 1\nvf 0 driver kernel mtu 9000\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** `first`: what the first change of a device's MTU comes to. */
function run(first: string) {
  const net = at(`${FUNCTION}/net`);
  put(
    "bin/ip",
    `#!/bin/sh
case "$*" in
'link set dev '*' mtu '*)
  if [ ! -e ${root}/asked ]; then
    touch ${root}/asked
    ${first}
  fi
  echo "$6" >"${net}/$4/mtu" ;;
*) echo 'vf 0     link/ether 52:54:00:00:00:01 brd ff:ff:ff:ff:ff:ff, spoof checking off, link-state auto, trust off' ;;
esac
`,
    0o755,
  );
  return spawnSync("sh", [at("etc/sriov.sh")], {
    encoding: "utf8",
    env: { PATH: `${at("bin")}:${process.env.PATH}` },
  });
}

it("sets a device that gets its name meanwhile", () => {
  const net = at(`${FUNCTION}/net`);
  const ended = run(`mv ${net}/eth0 ${net}/ens3v0; echo 'Cannot find device "eth0"' >&2; exit 1`);
  expect([ended.status, ended.stderr]).toEqual([0, ""]);
  expect(readFileSync(join(net, "ens3v0/mtu"), "utf8")).toBe("9000\n");
});

it("says what the kernel refuses of one that has its name", () => {
  const ended = run("echo 'RTNETLINK answers: Invalid argument' >&2; exit 1");
  expect(ended.status).toBe(1);
  expect(ended.stderr).toBe(
    "multiport-sriov: port ens3: virtual function 0 (eth0): mtu 9000 is refused: RTNETLINK answers: Invalid argument\n",
  );
});
