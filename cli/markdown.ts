// The pull-request comment of a preview: machines and disruption first, then a folded diff per machine, findings, and
// an honest cut where the comment would grow too large. Pure.
import { formatProblem, type Problem } from "../providers/model/problem.js";
import { withRemarks } from "./diffText.js";
import { code, fenced, htmlCode, lengthOf, shortened } from "./markdownText.js";
import type { OtherStep, PreviewReport, ResourceChange } from "./previewReport.js";
import type { Action, PlannedStep, Risk } from "./report/detail.js";
import { fitBlocks, fitLines } from "./room.js";

export interface Comment extends PreviewReport {
  /** `<project>/<stack>`: with it a workflow finds its own comment again. */
  readonly id: string;
  readonly environment: string;
  readonly problems: readonly Problem[];
  /** Why the preview failed; with any of these nothing is known about what would change. */
  readonly errors: readonly string[];
  /** What Pulumi or its providers said beside, such as a deprecated setting. */
  readonly messages: readonly { readonly severity: string; readonly text: string }[];
  /** What was previewed, such as a commit. */
  readonly commit?: string;
}

/** Largest comments, in characters. GitHub's API says so in its refusal; GitLab's is the limit of its text columns. */
export const COMMENT_LIMITS = { github: 65_536, gitlab: 1_000_000 } as const;
/** Below this not even the head of a comment is sure to fit. */
export const SMALLEST_LIMIT = 8_000;

/** The first line of a comment, by which a workflow finds it again to edit it in place. */
export function marker(id: string): string {
  return `<!-- multiport preview of ${encodeURI(id).replaceAll("--", "-%2D")} -->`;
}

/** The whole comment, at most `limit` characters long; 0 is no limit. Throws a RangeError for a limit that holds no head. */
export function toMarkdown(comment: Comment, limit: number = COMMENT_LIMITS.github): string {
  if (limit !== 0 && limit < SMALLEST_LIMIT) throw new RangeError(`a comment needs ${SMALLEST_LIMIT} characters`);
  const room = new Room(limit === 0 ? Number.POSITIVE_INFINITY : limit);
  // Room is given out by importance, the parts are then put together in reading order.
  const head = room.take(headPart(comment));
  const foot = room.take(footPart(comment));
  const reserved = comment.changes.length > 0 ? LEFT_OUT_ROOM : 0;
  room.left -= reserved;
  const errors = room.take(errorsPart(comment, room.share()));
  const outages = room.take(outagesPart(comment, room.share()));
  const table = room.take(tablePart(comment, room.share()));
  const below = room.take(belowPart(comment, room.share()));
  const steps = room.take(stepsPart(comment, room.share()));
  const findings = room.take(findingsPart(comment, room.share()));
  const messages = room.take(messagesPart(comment, room.share()));
  const diffs = room.take(diffsPart(comment, { room: room.left + reserved, limit }));
  return [head, errors, outages, table, below, steps, diffs, findings, messages, foot].join("");
}

class Room {
  constructor(public left: number) {}

  take(part: string): string {
    this.left -= lengthOf(part);
    return part;
  }

  /** What one part may use of what is left, so that those after it have a chance. */
  share(): number {
    return Math.floor(this.left / 2);
  }
}

const VERB: Record<Action, string> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "removed",
  import: "imported",
};

const LONGEST_NAME = 100;
const LONGEST_ITEM = 2_000;
const WHOLE_TEXT = "The whole text: `multiport preview --markdown --limit 0`.";

function headPart(comment: Comment): string {
  const title = `## Network preview of ${code(shortened(comment.environment, LONGEST_NAME))}`;
  return `${marker(comment.id)}\n${title}\n\n${headline(comment)}\n\n`;
}

function headline({ changes, errors }: Comment): string {
  if (errors.length > 0) return "**The preview failed.** Nothing can be said about what would change.";
  if (changes.length === 0) return "**No machine changes.**";
  const counts = (Object.keys(VERB) as Action[]).flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count > 0 ? [`${count} ${VERB[action]}`] : [];
  });
  return `**${counts.join(", ")}**; ${riskWords(changes)}.`;
}

function riskWords(changes: readonly ResourceChange[]): string {
  const count = (risk: Risk) => changes.filter((change) => change.disruption === risk).length;
  const words = [
    ...(count("outage") > 0 ? [`**${count("outage")} with an outage**`] : []),
    ...(count("unknown") > 0 ? [`${count("unknown")} whose disruption is not known`] : []),
    ...(count("brief") > 0 ? [`${count("brief")} with a brief disruption`] : []),
  ];
  return words.length > 0 ? words.join(", ") : "no disruption";
}

function errorsPart({ errors }: Comment, room: number): string {
  return list(
    "### Errors",
    errors.map((text) => `- ${code(shortened(text, LONGEST_ITEM))}`),
    room,
  );
}

/** Restarts, power-offs, hosts that leave, switches made anew, what is removed: what nobody may overlook stands before everything else. */
function outagesPart({ changes }: Comment, room: number): string {
  const lines = changes.flatMap((change) => {
    const titles = [...change.summary, ...change.steps].filter(({ disruption }) => disruption === "outage");
    const words = titles.map(({ title }) => code(shortened(title, LONGEST_ITEM)));
    const isWhole = words.length === 0 && change.disruption === "outage";
    const named = code(shortened(change.name, LONGEST_NAME));
    return (isWhole ? [`${VERB[change.action]} (${kindOf(change)})`] : words).map((text) => `- ${named}: ${text}`);
  });
  return list("### 🔴 Outages", lines, room);
}

const RISKS: readonly Risk[] = ["outage", "unknown", "brief", "none"];
const MARK: Record<Risk, string> = { outage: "🔴 outage", unknown: "⚪ not known", brief: "🟠 brief", none: "🟢 none" };

function tablePart({ changes }: Comment, room: number): string {
  if (changes.length === 0) return "";
  const head = "| Machine | Kind | Action | Disruption | What |\n| --- | --- | --- | --- | --- |\n";
  const left = room - lengthOf(head) - 1;
  const whole = changes.map((change) => row(change, false));
  const isShort = lengthOf(whole.join("\n")) > left;
  const rows = fitLines(isShort ? changes.map((change) => row(change, true)) : whole, {
    room: left,
    notice: (count) => `| **and ${count} more** | | | | left out here: the comment is full |`,
  });
  return `${head}${rows.join("\n")}\n\n`;
}

function row(change: ResourceChange, isShort: boolean): string {
  const name = code(shortened(change.name, LONGEST_NAME));
  return `| ${name} | ${kindOf(change)} | ${VERB[change.action]} | ${MARK[change.disruption]} | ${what(change, isShort)} |`;
}

function kindOf({ kind, type }: ResourceChange): string {
  return kind ?? code(shortened(type, LONGEST_NAME));
}

const SUMMARY_LINES = 4;
const LONGEST_SUMMARY = 200;

/** The worst first. What somebody notices stands there whole, as long as the comment has room; a restart or an outage always. */
function what({ action, disruption: whole, summary, steps }: ResourceChange, isShort: boolean): string {
  const lines = [...summary, ...steps].sort((a, b) => RISKS.indexOf(a.disruption) - RISKS.indexOf(b.disruption));
  const count = (risk: Risk) => lines.filter(({ disruption }) => disruption === risk).length;
  const noticed = count("outage") + (isShort ? 0 : count("brief"));
  // Of what goes every line is a loss.
  const isLoss = action === "delete" || action === "replace";
  const shown = isLoss && !isShort ? lines : lines.slice(0, Math.max(SUMMARY_LINES, noticed));
  const left = lines.slice(shown.length);
  const isQuiet = !isLoss && whole !== "unknown" && left.every(({ disruption }) => disruption === "none");
  const rest = left.length > 0 ? [`and ${left.length} more${isQuiet ? ", without disruption" : ""}`] : [];
  return [...shown.map(summaryLine), ...rest].join("<br>");
}

/** Marked where somebody notices it: the row's own mark is that of its worst line. */
function summaryLine({ title, disruption }: PlannedStep): string {
  const mark = disruption === "none" ? "" : `${MARK[disruption].split(" ")[0]} `;
  return `${mark}${code(shortened(title, LONGEST_SUMMARY))}`;
}

/** A guest whose own row says nothing of it, or that has no row at all. */
function belowPart({ below, changes }: Comment, room: number): string {
  const rows = new Set(changes.flatMap(({ kind, name }) => (kind?.endsWith("guest") ? [name] : [])));
  const lines = below.map(({ vm, port, on, from, to }) => {
    const [named, at, where] = [vm, port, on].map((name) => code(shortened(name, LONGEST_NAME)));
    const inside = rows.has(vm) ? "" : "; inside the VM multiport changes nothing";
    return `- ${named}, port ${at}: ${code(shortened(`${from} → ${to}`, LONGEST_SUMMARY))} on ${where}${inside}`;
  });
  return list("### Networks that change below VMs", lines, room);
}

/** What `up` would do to each object in vCenter, in order, each step with its risk. */
function stepsPart({ changes }: Comment, room: number): string {
  return list("### Steps", changes.flatMap(stepLines), room);
}

function stepLines({ name, kind, type, steps, notes }: ResourceChange): string[] {
  const head = `- ${code(shortened(name, LONGEST_NAME))} (${kind ?? code(shortened(type, LONGEST_NAME))})`;
  const lines = [
    ...steps.map((step, index) => `  ${index + 1}. ${stepText(step)}`),
    ...notes.map((note) => `  - ${code(shortened(note, LONGEST_ITEM))}`),
  ];
  return lines.length > 0 ? [head, ...lines] : [];
}

function stepText({ title, disruption }: PlannedStep): string {
  return `${MARK[disruption]}: ${code(shortened(title, LONGEST_ITEM))}`;
}

function findingsPart({ problems }: Comment, room: number): string {
  if (problems.length === 0) return "No lint findings.\n\n";
  const lines = problems.map(
    (problem) => `- **${problem.severity}** ${code(shortened(formatProblem(problem), LONGEST_ITEM))}`,
  );
  return list("### Lint findings", lines, room);
}

function messagesPart({ messages }: Comment, room: number): string {
  const lines = messages.map(({ severity, text }) => `- ${code(severity)} ${code(shortened(text, LONGEST_ITEM))}`);
  return list("### Pulumi says", lines, room);
}

function list(title: string, lines: readonly string[], room: number): string {
  if (lines.length === 0) return "";
  const head = `${title}\n\n`;
  const fitted = fitLines(lines, {
    room: room - lengthOf(head) - 1,
    notice: (left) => `- **and ${left} more**, left out here: the comment is full. ${WHOLE_TEXT}`,
  });
  return `${head}${fitted.join("\n")}\n\n`;
}

function diffsPart({ changes }: Comment, { room, limit }: { readonly room: number; readonly limit: number }): string {
  const withDiff = changes.filter((change) => change.diff !== "");
  if (withDiff.length === 0) return "";
  const blocks = withDiff.map(folded);
  const head = "### Configuration\n\n";
  const notice = (left: readonly ResourceChange[]) => leftOut(left, { of: withDiff.length, limit });
  const kept = fitBlocks(blocks, { room: room - lengthOf(head), noticeRoom: LEFT_OUT_ROOM });
  const left = withDiff.filter((_, index) => !kept.has(index));
  const shown = blocks.filter((_, index) => kept.has(index)).map((block) => `${block}\n`);
  return [head, ...shown, left.length > 0 ? notice(left) : ""].join("");
}

function folded(change: ResourceChange): string {
  const { name, kind, type, diff } = change;
  const count = (sign: string) => diff.split("\n").filter((line) => line.startsWith(sign)).length;
  const title = `${htmlCode(shortened(name, LONGEST_NAME))} (${kind ?? htmlCode(shortened(type, LONGEST_NAME))})`;
  return [
    `<details><summary>${title}: +${count("+")} −${count("-")} lines</summary>`,
    "",
    fenced(withRemarks(diff), "diff"),
    "",
    "</details>",
    "",
  ].join("\n");
}

/** Always kept free for the notice below. */
const LEFT_OUT_ROOM = 800;

function leftOut(
  left: readonly ResourceChange[],
  { of, limit }: { readonly of: number; readonly limit: number },
): string {
  const head = `> **${left.length} of ${of} diffs are left out here**, because a comment holds ${limit} characters`;
  const tail = `. ${WHOLE_TEXT}\n\n`;
  const names = fitLines(
    left.map(({ name }) => `${code(shortened(name, LONGEST_NAME))},`),
    { room: LEFT_OUT_ROOM - lengthOf(head) - lengthOf(tail) - 2, notice: (rest) => `and ${rest} more` },
  );
  return `${head}: ${names.join(" ").replace(/,$/, "")}${tail}`;
}

const OTHER_KINDS = 5;

function footPart({ others, commit }: Comment): string {
  const about = commit === undefined ? "" : `Previewed at ${code(shortened(commit, LONGEST_NAME))}.\n`;
  return `${othersLine(others)}${about}`;
}

/** Everything else in the preview, so that the numbers can be compared with Pulumi's own. */
function othersLine(others: readonly OtherStep[]): string {
  if (others.length === 0) return "";
  const shown = others
    .slice(0, OTHER_KINDS)
    .map(({ op, type, count }) => `${count} × ${op} ${code(shortened(type, LONGEST_NAME))}`);
  const left = others.slice(OTHER_KINDS).reduce((sum, { count }) => sum + count, 0);
  return `Also in the preview, without configuration of their own: ${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}.\n\n`;
}
