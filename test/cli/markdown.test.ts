// The comment: recorded previews told whole, hostile text in every place, and the size limit.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { COMMENT_LIMITS, type Comment, marker, SMALLEST_LIMIT, toMarkdown } from "../../cli/markdown.js";
import { lengthOf } from "../../cli/markdownText.js";
import { tell } from "../../cli/preview.js";
import type { ResourceChange } from "../../cli/previewReport.js";
import type { Action, PlannedStep, Risk } from "../../cli/report/detail.js";
import { machineDriver, vcenterDriver } from "../../cli/resourceKinds.js";
import { checkEnvironmentText } from "../../providers/engine/check.js";
import { toMachineWords } from "../../providers/engine/machineWords.js";
import { providers } from "../../providers/engine/provider.js";
import { renderTexts } from "../../providers/engine/render.js";
import type { Problem } from "../../providers/model/problem.js";
import { DRIVERS, typeToken } from "../../providers/platforms/index.js";
import { kvm } from "../../providers/platforms/kvm/index.js";
import { VCENTER_DRIVERS } from "../../providers/platforms/vsphere/index.js";
import { PROVIDER_RESOURCES } from "../../providers/platforms/vsphere/resources.js";
import { hostile } from "../arbitrary.js";

const about = {
  id: "site/prod",
  environment: "prod",
  problems: [],
  errors: [],
  messages: [],
  others: [],
  below: [],
  changes: [],
};

/** A line about what nobody notices. */
const quiet = (title: unknown) => ({ title, disruption: "none" as const });

const NO_LINES = { summary: [], steps: [], notes: [] };

function recorded(name: string): string {
  return readFileSync(join(__dirname, "recorded", `${name}.json`), "utf8");
}

describe("a recorded preview", () => {
  it.each([
    // A new switch: its id is known only after up, port groups wait for it.
    "vsphere-create",
    // NICs cross to a new LAG, a VLAN and trunk ranges change, a port group comes and one goes, hosts get virtual functions and may be
    // restarted for them. Recorded on the simulated vCenter.
    "vsphere-change",
    // Resources that multiport does not make: a secret that changes, replacements, a program's own warnings.
    "other-resources",
  ])("%s", async (name) => {
    const told = tell({ stdout: recorded(name), stderr: "", code: 0 }, []);
    const markdown = toMarkdown({ ...about, ...told });
    await expect(markdown).toMatchFileSnapshot(join(__dirname, "golden", "comment", `${name}.md`));
  });

  it("never shows a secret, nor what a secret looks like in state", () => {
    const ciphertext = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:abc=",
    };
    const step = (op: string, password: unknown) => ({
      op,
      urn: "urn:pulumi:t::site::vsphere:index/distributedPortGroup:DistributedPortGroup::app",
      oldState: {
        type: "a:b:C",
        custom: true,
        inputs: { password: ciphertext, list: [ciphertext], deep: { a: ciphertext } },
      },
      newState: { type: "a:b:C", custom: true, inputs: { password, list: ["[secret]"], deep: { a: "[secret]" } } },
      diffReasons: ["password", "list[0]"],
    });
    const steps = [
      step("update", "[secret]"),
      step("create", ciphertext),
      step("delete", "[secret]"),
      step("replace", "[secret]"),
    ];
    const markdown = toMarkdown({
      ...about,
      ...tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, []),
    });
    expect(markdown).not.toMatch(/v1:abc|4dabf|1b4706/);
    expect(markdown).toContain("`password: changes; it is secret`");
    expect(markdown).toContain("+password: (secret)");
  });

  it("leaves no step out: every one is a row, or counted", () => {
    const step = (op: string, type: string, custom: boolean) => ({
      op,
      urn: `urn:pulumi:t::site::${type}::${op}`,
      newState: { type, custom },
    });
    const ops = ["create", "update", "replace", "delete", "import", "read", "refresh", "discard", "some-new-op"];
    const steps = ops.flatMap((op) => [step(op, "a:b:C", true), step(op, "multiport:index:Environment", false)]);
    const { changes = [], others = [] } = tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, []);
    const counted = others.reduce((sum, { count }) => sum + count, 0);
    expect(changes.map(({ action }) => action).sort()).toEqual(["create", "delete", "import", "replace", "update"]);
    expect(changes.length + counted).toBe(steps.length);
  });

  it("tells a replacement once, however many steps Pulumi makes of it", () => {
    const urn = "urn:pulumi:t::site::pulumi-nodejs:dynamic/kvm:Host::kvm-01";
    const state = (environment: string) => ({
      type: "pulumi-nodejs:dynamic/kvm:Host",
      custom: true,
      inputs: { environment, openvswitch: "" },
    });
    const steps = [
      { op: "create-replacement", urn, oldState: state("a"), newState: state("b") },
      { op: "replace", urn, oldState: state("a"), newState: state("b"), replaceReasons: ["environment"] },
      { op: "delete-replaced", urn, oldState: state("a") },
    ];
    const { changes } = tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, []);
    expect(changes).toMatchObject([
      { action: "replace", disruption: "outage", summary: [quiet('environment: "a" → "b"')] },
    ]);
  });
});

describe("a machine that changes beside its text", () => {
  const urn = "urn:pulumi:t::site::pulumi-nodejs:dynamic/linux:Guest::db-01";
  const type = "pulumi-nodejs:dynamic/linux:Guest";
  const change = (before: object, after: object) => {
    const steps = [
      {
        op: "update",
        urn,
        oldState: { type, custom: true, inputs: before },
        newState: { type, custom: true, inputs: after },
      },
    ];
    return tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, []).changes[0];
  };
  const inputs = {
    ssh: { address: "a" },
    environment: "e",
    driverVersion: 1,
    configuration: { linux: { renderer: "netplan", bonds: {}, bridges: {}, vlans: {}, links: {} } },
    linux: "==> /etc/netplan/60-multiport.yaml <==\nnetwork: {version: 2}\n",
    __provider: "x",
  };

  it.each([
    ["another address", { ...inputs, ssh: { address: "b" } }, ['ssh.address: "a" → "b"']],
    ["another release", { ...inputs, driverVersion: 2, __provider: "y" }, ["driverVersion: 1 → 2"]],
    ["nothing: the last run failed half-way", inputs, [expect.stringContaining("applied again")]],
  ])("says so: %s", (_, after, summary) => {
    expect(change(inputs, after)).toMatchObject({ summary: summary.map(quiet), diff: "", disruption: "none" });
  });

  it("has an unknown disruption where what changes says nothing to this release", () => {
    expect(change({ ...inputs, linux: inputs.linux.replace("network", "# older\nnetwork") }, inputs)).toMatchObject({
      disruption: "unknown",
      summary: [quiet("only comments change, or lines that this release does not know")],
      diff: expect.stringContaining("-# older"),
    });
  });
});

describe("disruption", () => {
  const environment = readFileSync(join(__dirname, "environments", "clean.yaml"), "utf8");
  const machine = (text: string) => {
    const [host] = checkEnvironmentText(text, "e.yaml").environment?.kvmHosts ?? [];
    if (!host) throw new Error("no host");
    const words = toMachineWords(kvm, host, "clean");
    return {
      configuration: words,
      ...renderTexts(kvm, { words, heading: { machine: host.name, environment: "clean" } }),
    };
  };

  it.each([
    ["a port that goes takes its traffic with it", environment.replace(/^vms:\n[\s\S]*/m, ""), "outage"],
    ["another VLAN is noticed", environment.replace("vlan: 10,", "vlan: 20,"), "brief"],
    [
      "a port more is not",
      environment.concat("  b-02: { host: kvm-01, ports: { app0: { portGroup: vs0/app } } }\n"),
      "none",
    ],
  ])("%s", (_, after, disruption) => {
    const type = "pulumi-nodejs:dynamic/kvm:Host";
    const state = (inputs: object) => ({ type, custom: true, inputs });
    const steps = [
      {
        op: "update",
        urn: `urn:pulumi:t::site::${type}::kvm-01`,
        oldState: state(machine(environment)),
        newState: state(machine(after)),
      },
    ];
    const { changes } = tell({ stdout: JSON.stringify({ steps }, null, 2), stderr: "", code: 0 }, []);
    expect(changes).toMatchObject([{ disruption, diff: expect.stringContaining("@@") }]);
  });

  it("of vSphere settings is said of settings that exist", () => {
    for (const [type, { disruption }] of Object.entries(PROVIDER_RESOURCES)) {
      const file = type.replace(/^vsphere:index\/(.*):.*$/, "@pulumi/vsphere/$1.js");
      const source = readFileSync(require.resolve(file), "utf8");
      for (const setting of Object.keys(disruption)) expect(source, type).toContain(`resourceInputs["${setting}"]`);
    }
  });

  it("and kind are known of every machine that has a provider", () => {
    const types = Object.keys(providers).map((name) => DRIVERS.find((driver) => driver.name === name));
    const machines = types.filter((driver) => driver !== undefined);
    for (const driver of machines) expect(machineDriver(typeToken(driver))).toBe(driver);
    for (const driver of VCENTER_DRIVERS) expect(vcenterDriver(typeToken(driver))).toBe(driver);
    expect(machines.length + VCENTER_DRIVERS.length).toBe(types.length);
  });
});

describe("a failed preview", () => {
  const failed = (printed: { stdout?: string; stderr?: string }) =>
    tell({ stdout: "", stderr: "", code: 255, ...printed }, []).errors;
  const json = (...messages: string[]) =>
    JSON.stringify({ diagnostics: messages.map((message) => ({ message, severity: "error" })) }, null, 2);

  it.each([
    ["Pulumi's diagnostics", { stdout: json("error: a\n", "<{%reset%}>error: b<{%reset%}>\n") }, ["a", "b"]],
    [
      "a program's stack, without it",
      { stdout: json("error: Running program failed:\nError: x\n    at f (/a/b.ts:1:2)\n") },
      ["Running program failed:\nError: x"],
    ],
    [
      "Pulumi's own errors before a preview",
      { stderr: "warning: w\nerror: no stack named 'x' found\nsecond line\n" },
      ["no stack named 'x' found\nsecond line"],
    ],
    [
      "text that is no JSON",
      { stdout: "Segmentation fault\n" },
      ["pulumi preview ended with exit code 255 and gave no reason. Its last lines: Segmentation fault"],
    ],
    ["silence", {}, ["pulumi preview ended with exit code 255 and gave no reason. It printed nothing."]],
  ])("says %s", (_, printed, errors) => {
    expect(failed(printed)).toEqual(errors);
  });

  it("does not say what would change", () => {
    const stdout = recorded("vsphere-change");
    expect(tell({ stdout, stderr: "error: x\n", code: 1 }, [])).toMatchObject({
      changes: [],
      others: [],
      below: [],
      errors: ["x"],
    });
  });

  it("a preview without JSON is a failure, even with exit code 0", () => {
    expect(tell({ stdout: "", stderr: "", code: 0 }, []).errors).toHaveLength(1);
  });
});

it("reads the JSON also where the program itself prints beside it", () => {
  const stdout = `hello {\n${recorded("vsphere-change")}bye }\n`;
  expect(tell({ stdout, stderr: "", code: 0 }, []).changes).toHaveLength(5);
});

const RISKS: readonly Risk[] = ["outage", "unknown", "brief", "none"];
const STEP_RISKS: readonly PlannedStep["disruption"][] = ["outage", "brief", "none"];
const ACTIONS: readonly Action[] = ["create", "update", "replace", "delete", "import"];

/** A comment in which every text is of one kind. */
function commentOf(text: fc.Arbitrary<string>, counts: { readonly maxLength: number }): fc.Arbitrary<Comment> {
  const line = fc.record({ title: text, disruption: fc.constantFrom(...STEP_RISKS) });
  const change: fc.Arbitrary<ResourceChange> = fc
    .record({
      name: text,
      type: text,
      kind: fc.constantFrom("KVM host", undefined),
      action: fc.constantFrom(...ACTIONS),
      disruption: fc.constantFrom(...RISKS),
      summary: fc.array(line, { maxLength: 6 }),
      steps: fc.array(line, { maxLength: 3 }),
      notes: fc.array(text, { maxLength: 2 }),
      diff: fc.oneof(
        fc.constant(""),
        text.map((value) => `@@ -1 +1 @@\n-${value}\n+${value}`),
      ),
    })
    .map(({ kind, ...rest }) => ({ ...rest, ...(kind === undefined ? {} : { kind }) }));
  const problem: fc.Arbitrary<Problem> = fc.record({
    rule: text,
    severity: fc.constantFrom("error", "warning", "info"),
    path: fc.array(text, { maxLength: 3 }),
    message: text,
    remedy: text,
  });
  return fc.record({
    id: fc.stringMatching(/^[\w.-]{1,30}\/[\w.-]{1,30}$/),
    environment: text,
    changes: fc.array(change, counts),
    problems: fc.array(problem, counts),
    errors: fc.array(text, { maxLength: 2 }),
    messages: fc.array(fc.record({ severity: text, text }), { maxLength: 3 }),
    others: fc.array(fc.record({ op: fc.constant("create"), type: text, count: fc.nat(9) }), { maxLength: 8 }),
    below: fc.array(fc.record({ vm: text, port: text, on: text, from: text, to: text }), counts),
    commit: text,
  });
}

/** Reads Markdown as GitHub does, HTML in it included. */
let toHtml: (markdown: string) => string;

beforeAll(async () => {
  const [{ micromark }, { gfm, gfmHtml }] = await Promise.all([import("micromark"), import("micromark-extension-gfm")]);
  toHtml = (markdown) =>
    micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
});

/** The structure of a rendered comment: its tags in order, without their text. */
function tags(html: string): string[] {
  return [...html.matchAll(/<!--[\s\S]*?-->|<\/?([a-z][a-z0-9]*)[^>]*>/gi)].map(([tag]) =>
    tag.startsWith("<!--") ? "<!-->" : tag,
  );
}

/** The same comment with harmless text of the same shape. */
function harmless(comment: Comment): Comment {
  const replace = (value: unknown, key: string): unknown => {
    if (["id", "kind", "action", "disruption", "op", "count"].includes(key)) return value;
    if (key === "diff") return value === "" ? "" : "@@ -1 +1 @@\n-x\n+x";
    if (typeof value === "string")
      return key === "severity" && ["error", "warning", "info"].includes(value)
        ? value
        : value.trim() === ""
          ? value
          : "x";
    if (Array.isArray(value)) return value.map((item) => replace(item, ""));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, name)]));
  };
  return replace(comment, "") as Comment;
}

const MARKUP = fc.oneof(
  hostile,
  fc.constantFrom(
    "| a | b |",
    "a\\|b",
    "\\",
    "a\\",
    "`",
    "``` ` ``",
    "</code><script>alert(1)</script>",
    "</details>",
    "-->",
    "<!--",
    "@octocat",
    "#1",
    "https://evil.example/x",
    "www.evil.example",
    "[a](javascript:x)",
    "![](https://evil.example/p.png)",
    "**b** _i_ ~~s~~ <b>",
    "a\n\n# b",
    "a\r\n\r\n```\r\n</details>",
    "\n~~~\n",
    "a\n```\n</details>\n",
    "&lt;b&gt; &#64;octocat",
    "$`x`$",
    ":smile:",
    "\u202eevil\u2066",
    "x|@octocat|`",
    "http://a|b",
  ),
);

describe("a row", () => {
  const steps = (disruption: PlannedStep["disruption"], count: number) =>
    Array.from({ length: count }, (_, index) => ({ title: `${disruption} ${index}`, disruption }));
  const change = (brief: number): ResourceChange => ({
    name: "esx-01",
    type: "t",
    action: "update",
    disruption: "outage",
    ...NO_LINES,
    diff: "",
    steps: [...steps("none", 5), ...steps("brief", brief), ...steps("outage", 5)],
  });
  const cell = (markdown: string) => /^\| `esx-01`.*\| (.*) \|$/m.exec(markdown)?.[1]?.split("<br>");
  const outages = [0, 1, 2, 3, 4].map((index) => `🔴 \`outage ${index}\``);

  it("names what interrupts first, all of it, and folds only the rest", () => {
    expect(cell(toMarkdown({ ...about, changes: [change(2)] }))).toEqual([
      ...outages,
      "🟠 `brief 0`",
      "🟠 `brief 1`",
      "and 5 more, without disruption",
    ]);
  });

  it("keeps every outage where the comment has no room for what is brief", () => {
    const markdown = toMarkdown({ ...about, changes: [change(2_000)] }, SMALLEST_LIMIT);
    expect(cell(markdown)).toEqual([...outages, "and 2005 more"]);
  });

  it("says of nothing that it disturbs nobody where that is not known, or where all of it goes", () => {
    const quietly = { ...change(0), steps: steps("none", 6) };
    const folded = (rest: Partial<ResourceChange>) =>
      cell(toMarkdown({ ...about, changes: [{ ...quietly, ...rest }] }))?.at(-1);
    expect(folded({ disruption: "none" })).toBe("and 2 more, without disruption");
    expect(folded({ disruption: "unknown" })).toBe("and 2 more");
    expect(folded({ action: "delete" })).toBe("`none 5`");
  });
});

describe("a line of a diff that begins with a sign itself", () => {
  const shown = (diff: string) => {
    const change: ResourceChange = { name: "a", type: "t", action: "update", disruption: "none", ...NO_LINES, diff };
    return /^```diff\n([\s\S]*?)\n```$/m.exec(toMarkdown({ ...about, changes: [change] }))?.[1]?.split("\n");
  };
  const sysctl =
    '\\ A "-" in the second column is part of the line (sysctl.d: ignore errors); only the first column says what changes.';

  it("is said to, once a hunk, whether it stays, comes or goes", () => {
    for (const sign of [" ", "+", "-"]) {
      const lines = [" # head", `${sign}-net/ipv6/conf/a/accept_ra = 0`, `${sign}-net/ipv6/conf/b/accept_ra = 0`];
      const hunk = ["@@ -1,3 +1,3 @@", ...lines];
      expect(shown([...hunk, ...hunk].join("\n"))).toEqual(
        [hunk, hunk].flatMap(([range, head, ...rest]) => [range, head, sysctl, ...rest]),
      );
    }
  });

  it("has its reason only where that is known, and no other line has a remark", () => {
    expect(shown("@@ -1,2 +1,2 @@\n- a: 1\n+- a: 1\n")).toEqual([
      "@@ -1,2 +1,2 @@",
      "- a: 1",
      '\\ A "-" in the second column is part of the line; only the first column says what changes.',
      "+- a: 1",
      "",
    ]);
  });
});

describe("hostile text", () => {
  it("changes nothing in the structure of the comment, as a GitHub-flavoured reader sees it", () => {
    fc.assert(
      fc.property(commentOf(MARKUP, { maxLength: 3 }), (comment) => {
        expect(tags(toHtml(toMarkdown(comment, 0)))).toEqual(tags(toHtml(toMarkdown(harmless(comment), 0))));
      }),
      { numRuns: 150 },
    );
  });

  it("makes no link, no image, no mention", () => {
    fc.assert(
      fc.property(commentOf(MARKUP, { maxLength: 3 }), (comment) => {
        const html = toHtml(toMarkdown(comment, 0));
        expect(html).not.toMatch(/<(?:a|img|script|iframe|input)\b/i);
        // GitHub and GitLab make mentions and references of text outside code only.
        const outside = html.replaceAll(/<code[^>]*>[\s\S]*?<\/code>/g, "").replaceAll(/<!--[\s\S]*?-->/g, "");
        expect(outside).not.toMatch(/@octocat|#1\b|evil|smile/);
      }),
      { numRuns: 150 },
    );
  });

  it("does not end a fence", () => {
    const diff = "@@ -1 +1 @@\n-a\n```\n</details>\n# out";
    const change: ResourceChange = { name: "a", type: "t", action: "update", disruption: "none", ...NO_LINES, diff };
    const html = toHtml(toMarkdown({ ...about, changes: [change] }));
    expect(tags(html).filter((tag) => /details|h1/.test(tag))).toEqual(["<details>", "</details>"]);
  });

  it("is made visible where it would be read in another order than it stands", () => {
    const markdown = toMarkdown({ ...about, errors: ["a\u202eb\u200bc\ud800"] });
    expect(markdown).toContain("`a\\u{202e}b\\u{200b}c\\u{d800}`");
  });

  it("stays readable where nothing is hostile", () => {
    const name = "kvm-01.example.net";
    const change: ResourceChange = {
      name,
      type: "t",
      kind: "KVM host",
      action: "update",
      disruption: "brief",
      ...NO_LINES,
      summary: [
        { title: "vs0.trunks: 1 → 2", disruption: "brief" as const },
        { title: "vs0.name: 1 → 2", disruption: "none" as const },
      ],
      diff: "",
    };
    expect(toMarkdown({ ...about, changes: [change] })).toContain(
      "| `kvm-01.example.net` | KVM host | changed | 🟠 brief | 🟠 `vs0.trunks: 1 → 2`<br>`vs0.name: 1 → 2` |\n",
    );
  });
});

describe("the limit", () => {
  const large = fc.oneof(
    { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("x", "🔴", "|", "é\n", "`", "\u202e"), fc.integer({ min: 1, max: 4_000 }))
        .map(([text, count]) => text.repeat(count)),
    },
  );
  const limits = fc.integer({ min: SMALLEST_LIMIT, max: 60_000 });

  it("is never passed, a fence and a folded part never cut, and what is left out always said", () => {
    fc.assert(
      fc.property(commentOf(large, { maxLength: 40 }), limits, (comment, limit) => {
        const text = toMarkdown(comment, limit);
        expect(lengthOf(text)).toBeLessThanOrEqual(limit);
        const html = toHtml(text);
        const count = (tag: string) => html.split(tag).length - 1;
        expect(count("<details>")).toBe(count("</details>"));
        expect(count("<pre>")).toBe(count("<details>"));
        const shown = count("<details>");
        const withDiff = comment.changes.filter(({ diff }) => diff !== "").length;
        if (shown < withDiff) expect(text).toContain(`**${withDiff - shown} of ${withDiff} diffs are left out here**`);
        else expect(text).not.toContain("diffs are left out");
        if (comment.changes.length > 0) {
          const rows = count("<tr>") - 1;
          const left = Number(/\*\*and (\d+) more\*\* \| \| \| \|/.exec(text)?.[1] ?? 0);
          expect(rows - (left > 0 ? 1 : 0) + left).toBe(comment.changes.length);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it("is reached, not undercut, and what comes first stays", () => {
    const change = (index: number): ResourceChange => ({
      name: `kvm-${index}`,
      type: "t",
      kind: "KVM host",
      action: "update",
      disruption: "brief",
      ...NO_LINES,
      summary: [{ title: "vs0.vs0-uplinks.trunks: 1 → 2", disruption: "brief" }],
      diff: `@@ -1 +1 @@\n-${"a".repeat(400)}\n+${"b".repeat(400)}`,
    });
    const text = toMarkdown({ ...about, changes: Array.from({ length: 100 }, (_, index) => change(index)) });
    expect(lengthOf(text)).toBeGreaterThan(COMMENT_LIMITS.github - 2_000);
    expect(text).toContain("<code>kvm-0</code>");
    expect(text).toContain("| `kvm-99` |");
    expect(text).toMatch(
      /\*\*(\d+) of 100 diffs are left out here\*\*, because a comment holds 65536 characters: `kvm-\d+`, /,
    );
  });

  it("counts characters, not UTF-16 units", () => {
    expect(lengthOf("🔴é")).toBe(2);
  });

  it("0 leaves nothing out", () => {
    const changes = Array.from(
      { length: 300 },
      (_, index): ResourceChange => ({
        name: `kvm-${index}`,
        type: "t",
        action: "create",
        disruption: "none",
        ...NO_LINES,
        diff: `+${"a".repeat(1_000)}`,
      }),
    );
    const text = toMarkdown({ ...about, changes }, 0);
    expect(text).not.toContain("left out");
    expect(text.split("<details>").length - 1).toBe(300);
  });
});

describe("the marker", () => {
  it.each([
    ["site/prod", "<!-- multiport preview of site/prod -->"],
    ["a b/c", "<!-- multiport preview of a%20b/c -->"],
    ["a-->b/c\nd", "<!-- multiport preview of a-%2D%3Eb/c%0Ad -->"],
  ])("of %j", (id, line) => {
    expect(marker(id)).toBe(line);
    expect(toMarkdown({ ...about, id }).split("\n")[0]).toBe(line);
  });
});
