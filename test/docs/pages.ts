// The Markdown files of docs/ and the README, taken apart: fenced blocks, inline code, links and headings. I/O: reads files.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const PROJECT = join(__dirname, "..", "..");

export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

export interface Page {
  /** From the project's folder, such as docs/ssh.md. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What stands outside of fenced blocks. */
  readonly prose: string;
}

function readPage(path: string): Page {
  const text = readFileSync(path, "utf8");
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^ *```(\w*)/.exec(line);
    if (fence && open) {
      blocks.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    } else if (fence) open = { language: fence[1] ?? "", line: index + 2, lines: [] };
    else if (open) open.lines.push(line);
    else prose.push(line);
  }
  if (open) throw new Error(`${path}:${open.line}: the block is not closed`);
  return { file: relative(PROJECT, path), text, blocks, prose: prose.join("\n") };
}

/** Every page of docs/, and the pages of the project's folder that users read. */
export function readPages(): Page[] {
  const docs = readdirSync(join(PROJECT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => join(PROJECT, "docs", name));
  const own = ["README.md", "CONTRIBUTING.md"].map((name) => join(PROJECT, name)).filter((path) => existsSync(path));
  return [...docs, ...own].map(readPage);
}

/** Targets of all links of a page, as they stand in it. */
export function linksOf({ prose }: Page): string[] {
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/** The anchors that code hosts give to the headings of a page. */
export function anchorsOf({ prose }: Page): string[] {
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(/\s/g, "-"),
  );
}

/** Every command line of a page: lines of sh blocks, and inline code. */
export function commandsOf({ blocks, prose }: Page): string[] {
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"));
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  return [...lines, ...inline].map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}
