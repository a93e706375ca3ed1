// Name servers and search domains of an interface that stays: from what a running machine says and what was confirmed last to the scripts
// of the change, with each renderer.
import { describe, expect, it } from "vitest";
import { fillTemplate } from "../../../providers/engine/template.js";
import { linux } from "../../../providers/platforms/linux/index.js";
import { planLinux } from "../../../providers/platforms/linux/plan.js";
import { RENDERERS } from "../../../providers/platforms/linux/renderers.js";
import type { LinuxWords, RendererName } from "../../../providers/platforms/linux/words.js";
import { kernelSays } from "./kernel.js";
import { link, NO_WORDS } from "./words.js";

const heading = { machine: "db-01", environment: "golden" };

function words(renderer: RendererName, nameserver: string, domain: string): LinuxWords {
  const eth4 = link({ addresses: ["203.0.113.9/28"], nameservers: [nameserver], searchDomains: [domain] });
  return { ...NO_WORDS, renderer, links: { eth4 } };
}

/** The steps of a change on a machine that has the one and is to have the other, and of the way back. */
function steps(applied: LinuxWords | undefined, there: LinuxWords, desired: LinuxWords) {
  const renderers = { networkd: false, [there.renderer ?? ""]: true };
  const facts = linux.readFacts(JSON.parse(JSON.stringify(kernelSays(there, { defaults: "said", renderers }))));
  const files = Object.fromEntries(
    linux
      .sections(there, heading)
      .flatMap(({ path, template, data }) => (path ? [[path, fillTemplate(template, data)]] : [])),
  );
  const known = [desired, ...(applied ? [applied] : [])];
  const actual = linux.fromFacts(facts, { environment: "golden", known, files });
  const plan = planLinux(desired, { actual, ...(applied ? { applied } : {}), facts, heading });
  const text = (key: "after" | "revertAfter") =>
    plan[key].map(({ template, data }) => fillTemplate(template, data)).join("\n");
  return { conflicts: plan.conflicts, there: text("after"), back: text("revertAfter") };
}

/** By which the running machine is told, there and back. */
const TOLD: Readonly<Record<RendererName, readonly [there: RegExp, back: RegExp]>> = {
  netplan: [/networkctl reload/, /networkctl reload/],
  networkd: [/networkctl reload/, /networkctl reload/],
  NetworkManager: [/^take eth4/m, /^take eth4/m],
  ifupdown: [/203\.0\.113\.54.*\n?.*new\.example/, /203\.0\.113\.53.*\n?.*old\.example/],
};

describe.each(Object.keys(RENDERERS) as RendererName[])("what resolves names, by %s", (renderer) => {
  const [old, next] = [words(renderer, "203.0.113.53", "old.example"), words(renderer, "203.0.113.54", "new.example")];

  it("changes in a machine that runs, and on its way back", () => {
    const { conflicts, there, back } = steps(old, old, next);
    expect(conflicts).toEqual([]);
    const [isTold, isToldBack] = TOLD[renderer];
    expect(there).toMatch(isTold);
    expect(back).toMatch(isToldBack);
  });
});
