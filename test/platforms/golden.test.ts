// Every rendered file of every golden environment, whole, as the machine gets it; read by its own language as well.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { type RenderedFile, renderEnvironment, renderWords } from "../../providers/engine/render.js";
import { formatProblem } from "../../providers/model/problem.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { netplan } from "../../providers/platforms/netplan/index.js";
import { type GoldenCase, goldenCases, goldenFiles } from "../golden.js";

function render({ spec }: GoldenCase): RenderedFile[] {
  const { environment, problems } = checkEnvironmentText(spec, "spec.yaml");
  const errors = problems.filter((problem) => problem.severity === "error").map(formatProblem);
  expect(errors).toEqual([]);
  if (!environment) throw new Error("no model");
  return [...renderEnvironment(environment)];
}

/** A case shows the files of its own platform; the machines below a guest are golden elsewhere. */
function ownFiles(platform: string, golden: GoldenCase): RenderedFile[] {
  return render(golden).filter((file) => file.driver === platform);
}

const READERS: Record<string, (text: string) => void> = {
  kvm: (text) => void execFileSync("sh", ["-n"], { input: text }),
  netplan: (text) => void parse(text, { version: "1.1" }),
};

describe.each(["kvm", "netplan"])("%s", (platform) => {
  it.each(goldenCases(platform))("$name", async (golden) => {
    const files = ownFiles(platform, golden);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      await expect(file.text).toMatchFileSnapshot(join(golden.folder, file.path));
      READERS[platform]?.(file.text);
    }
    expect(goldenFiles(golden.folder)).toEqual(files.map((file) => file.path).sort());
  });

  it.each(goldenCases(platform))("$name reads back as the words that it was made from", (golden) => {
    for (const { text } of ownFiles(platform, golden)) {
      const again =
        platform === "kvm" ? renderWords(kvm, kvm.fromText(text)) : renderWords(netplan, netplan.fromText(text));
      expect(again).toBe(text);
    }
  });
});
