// docs/reference/rules.md: every design rule, from the rules themselves. Pure.
import { RULES } from "../../providers/model/lint/index.js";
import { PARSER_RULES } from "../../providers/model/lint/parserRules.js";
import type { RuleText } from "../../providers/model/lint/rule.js";
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
  const rules = [...RULES, ...PARSER_RULES].sort((a, b) => (a.id < b.id ? -1 : 1));
  return page("rules.md", "Design rules", [
    "What `multiport check`, `pulumi preview` and `pulumi up` say about a file beyond its spelling. An **error** would fail or lose traffic: nothing is applied. A **warning** works but is fragile.",
    table(
      ["Rule", "Severity", "What it says", "What to do", "Can be accepted"],
      rules.map((rule) => [
        code(rule.id),
        rule.severity,
        plain(rule.title),
        plain(rule.remedy),
        rule.severity === "error" ? "no" : "yes",
      ]),
    ),
    "## Accept a rule",
    "A warning that is meant goes into `accepted` with its reason; the reviewer of the file sees both. `at` is the path that the message names; everything below it is accepted too. Errors can't be accepted: what can't work is not made to work by a reason.",
    fence("yaml", accepted),
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
