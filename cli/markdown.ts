// The pull-request comment of a preview: machines and disruption first, then a folded diff per machine, findings, and
// an honest cut where the comment would grow too large. Pure.
import { formatProblem, type Problem } from "../providers/model/problem.js";
import type { Action, MachineChange } from "./previewReport.js";

export interface Comment {
  readonly environment: string;
  readonly changes: readonly MachineChange[];
  readonly problems: readonly Problem[];
  /** What Pulumi itself reported as an error; the preview is then incomplete. */
  readonly errors: readonly string[];
}

/** Largest comment that GitHub takes, in characters; GitLab takes more. */
export const COMMENT_LIMIT = 65_536;

const VERB: Record<Action, string> = { create: "created", update: "changed", replace: "replaced", delete: "removed" };

/** A line by which a workflow finds the comment again to edit it in place. */
export function marker(environment: string): string {
  return `<!-- multiport preview of ${environment} -->`;
}

export function toMarkdown(comment: Comment, limit = COMMENT_LIMIT): string {
  const head = [
    marker(comment.environment),
    `## Network preview of \`${comment.environment}\``,
    "",
    headline(comment),
    "",
  ];
  const fixed = [...head, ...errors(comment.errors), ...table(comment.changes), ...findings(comment.problems)].join(
    "\n",
  );
  return cut(fixed, comment.changes.map(section), limit);
}

function headline({ changes, errors: failed }: Comment): string {
  if (failed.length > 0) return "**The preview failed.** Nothing can be said about what would change.";
  if (changes.length === 0) return "**No machine changes.**";
  const counts = (Object.keys(VERB) as Action[]).flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count > 0 ? [`${count} ${VERB[action]}`] : [];
  });
  const outages = changes.filter((change) => change.disruption === "outage").length;
  const briefs = changes.filter((change) => change.disruption === "brief").length;
  const risk =
    outages > 0 ? `**${outages} with an outage**` : briefs > 0 ? `${briefs} with a brief disruption` : "no disruption";
  return `**${counts.join(", ")}**; ${risk}.`;
}

function errors(messages: readonly string[]): string[] {
  return messages.length > 0 ? ["### Errors", "", ...messages.map((message) => `- ${oneLine(message)}`), ""] : [];
}

const MARK = { outage: "🔴 outage", brief: "🟠 brief", none: "🟢 none" } as const;

function table(changes: readonly MachineChange[]): string[] {
  if (changes.length === 0) return [];
  const rows = changes.map(
    (change) =>
      `| ${cell(change.name)} | ${change.kind} | ${VERB[change.action]} | ${MARK[change.disruption]} | ${summary(change)} |`,
  );
  return ["| Machine | Kind | Action | Disruption | What |", "| --- | --- | --- | --- | --- |", ...rows, ""];
}

const SUMMARY_LINES = 4;

function summary({ summary: lines }: MachineChange): string {
  const shown = lines.slice(0, SUMMARY_LINES).map((line) => cell(line));
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("<br>");
}

function findings(problems: readonly Problem[]): string[] {
  if (problems.length === 0) return ["No lint findings.", ""];
  return [
    "### Lint findings",
    "",
    ...problems.map((problem) => `- **${problem.severity}** ${oneLine(formatProblem(problem))}`),
    "",
  ];
}

function section({ name, kind, diff }: MachineChange): string {
  const count = (sign: string) => diff.split("\n").filter((line) => line.startsWith(sign)).length;
  const fence = "`".repeat(Math.max(3, ...[...diff.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return [
    `<details><summary>${cell(name)} (${kind}): +${count("+")} −${count("-")} lines</summary>`,
    "",
    `${fence}diff`,
    diff,
    fence,
    "",
    "</details>",
    "",
  ].join("\n");
}

/** Whole sections only, in order; what does not fit is counted and the way to see it is said. */
function cut(fixed: string, sections: readonly string[], limit: number): string {
  const notice = (left: number) =>
    `\n> **${left} of ${sections.length} diffs are left out here**: a comment holds ${limit} characters. The whole text: \`multiport preview --markdown --limit 0\` or \`pulumi preview --diff\`.\n`;
  const room = limit > 0 ? limit : Number.POSITIVE_INFINITY;
  let text = `${fixed}\n`;
  for (const [index, next] of sections.entries()) {
    const left = sections.length - index;
    const isLast = left === 1;
    if (text.length + next.length + (isLast ? 0 : notice(left).length) <= room) text += `${next}\n`;
    else return shorten(text, room - notice(left).length) + notice(left);
  }
  return text.length <= room ? text : shorten(text, room);
}

/** Only when the table alone is too large: cut at a line, and say so. */
function shorten(text: string, room: number): string {
  if (text.length <= room) return text;
  const notice = "\n> **The list is cut here.** The whole text: `multiport preview --markdown --limit 0`.\n";
  const kept = text.slice(0, Math.max(0, room - notice.length));
  return `${kept.slice(0, kept.lastIndexOf("\n"))}${notice}`;
}

function cell(text: string): string {
  return oneLine(text).replaceAll("|", "\\|");
}

/** Nothing in a name or value may become markup. */
function oneLine(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}
