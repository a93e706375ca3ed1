// Every choice of a Linux guest times every renderer: the exact lines that it writes, or the reason why not.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GuestCase } from "../../../cli/reference/guestCase.js";
import { GUEST_CASES, keysWithoutCase } from "../../../cli/reference/guestCases.js";
import { GUEST_RENDERERS, judgeGuest, renderGuest } from "../../../cli/reference/guestCells.js";
import { expectGolden } from "./rendering.js";

const AREA = "linux-conformance"; // test/golden/linux-conformance

const slug = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

function expectation(one: GuestCase): string {
  const parts = GUEST_RENDERERS.map((renderer) => {
    const judged = judgeGuest(renderer, one);
    if ("reason" in judged) return `== ${renderer}\nunsupported: ${judged.reason}\n`;
    return [`== ${renderer}`, ...judged.changes.flatMap(({ path, lines }) => [path, ...lines]), ""].join("\n");
  });
  return `${one.topic}: ${one.title}\n${parts.join("")}`;
}

describe("golden", () => {
  const topics = [...new Set(GUEST_CASES.map(({ topic }) => topic))];

  it.each(topics)("%s", async (topic) => {
    const cases = GUEST_CASES.filter((one) => one.topic === topic);
    const files = cases.map((one) => ({ path: `${slug(one.title)}.txt`, text: expectation(one) }));
    expect(new Set(files.map(({ path }) => path)).size).toBe(cases.length);
    await expectGolden(AREA, slug(topic), files);
  });

  it.each(GUEST_RENDERERS)("what %s writes of nothing but a bond is whole", async (renderer) => {
    const rendered = renderGuest(renderer, { bond: { members: ["p1", "p2"] } });
    if ("reason" in rendered) throw new Error(rendered.reason);
    await expectGolden(AREA, join("whole", renderer), [...rendered.files]);
  });
});

describe("every case with every renderer", () => {
  it("every key of a bond has a case", () => {
    expect(keysWithoutCase()).toEqual([]);
  });

  it.each(GUEST_RENDERERS)("%s writes something of each, or says why not", (renderer) => {
    for (const one of GUEST_CASES) {
      const judged = judgeGuest(renderer, one);
      if ("reason" in judged) expect(judged.reason, one.title).toMatch(/^.{20,}\. (Use|Set|Add|Remove) .*\.$/);
      else expect(judged.changes, one.title).not.toEqual([]);
    }
  });
});
