// docs/reference/rules.md: every design rule, from the rules themselves. Pure.

import { VSPHERE_VERSIONS } from "../../providers/model/environment.js";
import { ALL_RULES } from "../../providers/model/lint/index.js";
import { LOOKED_AFTER_BY, type RuleText } from "../../providers/model/lint/rule.js";
import { LIMITS, type Limit, VSPHERE_LIMITS } from "../../providers/model/lint/vsphereLimits.js";
import { code, fence, type Page, page, plain, table } from "./page.js";

/** Problems that are no design rule: ids and what they say. */
export const PROBLEM_KINDS: Readonly<Record<string, string>> = {
  yaml: "The text is not YAML.",
  schema: "A key or value that the environment file does not have, or that contradicts another one.",
  reference: "A name that nothing in the file carries.",
  duplicate: "A name, uplink, address or interface that is used twice.",
  address: "An IP address, subnet or gateway that does not fit.",
  accepted: "An entry of `accepted` that names no rule, an error, or nothing that the file breaks.",
  unsupported: "Something that the platform, or multiport on that platform, can't do.",
};

export function rulesPage(accepted: string): Page {
  const rules = [...ALL_RULES].sort((a, b) => (a.id < b.id ? -1 : 1));
  return page("rules.md", "Design rules", [
    "What `multiport check`, `pulumi preview` and `pulumi up` say about a design beyond its spelling. An **error** would fail or lose traffic: nothing is applied. A **warning** works but is fragile. An **info** is only worth knowing: `multiport check --notes` tells it.",
    table(
      ["Rule", "Severity", "What it says", "What to do", "Can be accepted"],
      rules.map((rule) => [
        code(rule.id),
        severityWords(rule),
        plain(rule.title),
        plain(rule.remedy),
        rule.severity !== "error" && isJudgedInFile(rule) ? "yes" : "no",
      ]),
    ),
    "## Accept a rule",
    "A warning that is meant goes into `accepted` with its reason; the reviewer of the file sees both. `at` is the path that the message names; everything below it is accepted too. Errors can't be accepted: what can't work is not made to work by a reason.",
    fence("yaml", accepted),
    "## When a rule is looked after",
    "Most rules are judged offline, from the file alone. These are not, or not only:",
    table(
      ["Rule", "When"],
      rules.filter((rule) => !isOnlyInFile(rule)).map((rule) => [code(rule.id), whenWords(rule)]),
    ),
    "## Numbers of vSphere",
    "What a release takes at most (`vcenter.version`). Above a number in brackets it is a warning, above the other an error. Unknown: nothing is reported. Numbers with an asterisk were read in a text of an older release.",
    table(
      ["Limit", ...VSPHERE_VERSIONS],
      LIMITS.map((name) => [
        LIMIT_WORDS[name],
        ...VSPHERE_VERSIONS.map((version) => limitWords(VSPHERE_LIMITS[version][name])),
      ]),
    ),
    "## Where the rules come from",
    table(
      ["Rule", "Source"],
      rules.map((rule: RuleText) => [code(rule.id), plain(rule.source)]),
    ),
    "## Other problems",
    "These ids stand at the end of messages that are about the file itself. They can't be accepted. All are errors but one: an entry of `accepted` that nothing needs is a warning.",
    table(
      ["Id", "What it says"],
      Object.entries(PROBLEM_KINDS).map(([id, text]) => [code(id), text]),
    ),
  ]);
}

function severityWords({ severity, graver }: RuleText): string {
  return graver === undefined ? severity : `${severity} or ${graver}`;
}

function isJudgedInFile({ lookedAfterBy = ["file"] }: RuleText): boolean {
  return lookedAfterBy.includes("file");
}

function isOnlyInFile({ lookedAfterBy = ["file"], reportedAs }: RuleText): boolean {
  return lookedAfterBy.length === 1 && lookedAfterBy[0] === "file" && reportedAs === undefined;
}

function whenWords({ lookedAfterBy = ["file"], reportedAs }: RuleText): string {
  const words = lookedAfterBy.map((by) => LOOKED_AFTER_BY[by]).join("; for the rest ");
  return reportedAs === undefined ? words : `${words}; its messages end with \`[${reportedAs}]\``;
}

const LIMIT_WORDS: Readonly<Record<(typeof LIMITS)[number], string>> = {
  lagsPerSwitch: "LAGs of a distributed switch",
  lagsPerHost: "LAGs of a host",
  portsPerLag: "ports of a LAG",
  functionsPerHost: "virtual functions of a host",
  functionsPerPort: "virtual functions of a physical port",
  passthroughPerVm: "passthrough devices of a VM",
  cardsPerVm: "network cards of a VM",
  hostsPerSwitch: "hosts of a distributed switch",
  portGroupsPerSwitch: "port groups of a distributed switch",
};

function limitWords({ advised, hard }: Limit): string {
  const number = ({ value, confidence }: NonNullable<Limit["hard"]>) =>
    `${value}${confidence !== "text of an older release" ? "" : "\\*"}`;
  return [...(advised ? [`(${number(advised)})`] : []), ...(hard ? [number(hard)] : [])].join(" ") || "unknown";
}
