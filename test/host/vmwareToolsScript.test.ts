// What VMware Tools start, as far as text goes: nothing of a script is in it, no name of a folder becomes code, and an answer that was cut is none.
// The whole of it runs in test/live/vcenter/vmwareTools.test.ts. Pure but for sh.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import {
  endArguments,
  isFolder,
  readAnswer,
  runArguments,
  scriptFile,
} from "../../providers/host/vmwareToolsScript.js";

describe("a command line", () => {
  it.each([runArguments, endArguments])(
    "is one shell script and its folder, as the shell of the tools reads it",
    (make) => {
      const line = `printf '%s\\n' "/bin/sh" ${make("/tmp/multiport-vmware-1.2_3")}`;
      const words = execFileSync("sh", ["-c", line]).toString().split("\n");
      expect(words.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
      expect(words.slice(3, 5)).toEqual(["sh", "/tmp/multiport-vmware-1.2_3"]);
      execFileSync("sh", ["-n", "-c", words[2] ?? ""]);
    },
  );

  it.each(["", "/", "tmp/x", "/tmp/a b", "/tmp/$(id)", "/tmp/'", "/tmp/x;id", "/tmp/x\n", "C:\\Temp\\x", "/tmp//x"])(
    "is none for a folder with the name %j",
    (folder) => {
      expect(isFolder(folder)).toBe(false);
      expect(() => runArguments(folder)).toThrow();
    },
  );
});

it("a script that was cut on its way does nothing", () => {
  const whole = scriptFile("echo one\necho two");
  const printed = (file: Buffer) => execFileSync("sh", ["-c", "sh 2>/dev/null || true"], { input: file }).toString();
  expect(printed(whole)).toBe("one\ntwo\n");
  for (let length = 0; length <= whole.lastIndexOf("}"); length++) expect(printed(whole.subarray(0, length))).toBe("");
});

describe("an answer", () => {
  it("has both streams, whatever is in them", () => {
    expect(readAnswer(Buffer.from("0\n"))).toEqual({ stdout: "", stderr: "" });
    expect(readAnswer(Buffer.from("  3\nö\nout\n3\n"))).toEqual({ stdout: "out\n3\n", stderr: "ö\n" });
  });

  it.each(["", "\n", "x\n", "5\nfour", "-1\nx", "1e1\nxxxxxxxxxxxx"])("is none: %j", (text) => {
    expect(readAnswer(Buffer.from(text))).toBeUndefined();
  });
});
