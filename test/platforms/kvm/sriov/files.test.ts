// The files of virtual functions, whole, for every case of test/golden/sriov; read by the shell and by systemd as well.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkEnvironmentText } from "../../../../providers/engine/check.js";
import { type RenderedFile, renderEnvironment } from "../../../../providers/engine/render.js";
import { fillTemplate } from "../../../../providers/engine/template.js";
import { formatProblem } from "../../../../providers/model/problem.js";
import { type GoldenCase, goldenCases, goldenFiles } from "../../../golden.js";

function filesOf({ spec }: GoldenCase): RenderedFile[] {
  const { environment, problems } = checkEnvironmentText(spec, "spec.yaml");
  expect(problems.filter(({ severity }) => severity === "error").map(formatProblem)).toEqual([]);
  if (!environment) throw new Error("no model");
  return [...renderEnvironment(environment)].filter(({ layer }) => layer === "sriov");
}

const SHELLS = ["sh", "dash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);

describe("files of virtual functions", () => {
  it.each(goldenCases("sriov"))("$name", async (golden) => {
    const files = filesOf(golden);
    expect(files.map(({ path }) => path.split("/").at(-1))).toEqual([
      "sriov.conf",
      "sriov.sh",
      "multiport-sriov.service",
    ]);
    for (const { path, text } of files) {
      await expect(text).toMatchFileSnapshot(join(golden.folder, path));
      if (!path.endsWith(".service")) for (const shell of SHELLS) execFileSync(shell, ["-n"], { input: text });
    }
    const paths = files.map(({ path }) => path);
    expect(goldenFiles(golden.folder).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it("stand for a unit that systemd reads without a word", () => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0)
      return console.log("left out: systemd-analyze is not installed, so the unit can't be verified");
    const folder = mkdtempSync(join(tmpdir(), "unit-"));
    const [golden] = goldenCases("sriov");
    const text = golden && filesOf(golden).find(({ path }) => path.endsWith(".service"))?.text;
    const unit = join(folder, "multiport-sriov.service");
    writeFileSync(unit, (text ?? "").replace("/etc/multiport/sriov.sh", "/bin/true"));
    const { stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(stderr.split("\n").filter((line) => line.includes("multiport-sriov"))).toEqual([]);
  });

  it.each(["facts", "put", "start", "stop", "gone", "check", "return"])("%s.sh is a script", (name) => {
    const data = {
      wasEnabled: true,
      ports: [{ name: "a b", numvfs: 1, mtu: "keep", autoprobe: 1, settings: [["0", "vlan", 3]] }],
    };
    for (const shell of SHELLS) execFileSync(shell, ["-n"], { input: fillTemplate(`kvm/sriov/${name}.sh`, data) });
  });
});
