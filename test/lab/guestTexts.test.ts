// The environments of the guest on the emulated machine: without errors, but for the one that is wrong on purpose. Pure.
import { describe, expect, it } from "vitest";
import { LINUX_RENDERERS } from "../../providers/model/linuxRenderer.js";
import { linesOfModel } from "../live/guestKernel.js";
import { ACTIVE_BACKUP, bondText, functionText, LACP, ONLY_TEXTS } from "../live/guestTexts.js";
import { modelOf, rulesOf } from "../model/given.js";

const texts = {
  ...Object.fromEntries(LINUX_RENDERERS.map((renderer) => [renderer, bondText(renderer, ACTIVE_BACKUP)])),
  LACP: bondText("netplan", LACP),
  functions: functionText(),
  "trusted functions": functionText({ trust: true, options: "failOverMac: none" }),
  ...ONLY_TEXTS,
};

describe.each(Object.entries(texts))("%s", (_, text) => {
  it("is an environment without errors, and says what the kernel has to have", () => {
    const guest = modelOf(text).virtualMachines[0]?.guest;
    expect(guest && linesOfModel(guest).length).toBeGreaterThan(8);
  });
});

it("functions that their host does not trust have no common MAC address", () => {
  expect(rulesOf(functionText({ options: "failOverMac: none" }))).toContain("error SR-04");
});
