// The messages that troubleshooting.md explains are messages that the code has: whoever rewords one finds the page.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT, readPages } from "./pages.js";

const page = readPages().find(({ file }) => file === "docs/troubleshooting.md");
const quotes = [...(page?.text ?? "").matchAll(/^> (.+)$/gm)].map(([, text = ""]) => text);

/** Said by Node and Pulumi. */
const OF_OTHERS = ["Cannot find module", "no stack selected"];

/** The sources, and messages about files in full. */
const sources = ["providers", "lab", "cli", "templates", "test/golden/problems"]
  .flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|mjs|hbs|txt)$/.test(name))
      .map((name) => readFileSync(join(PROJECT, folder, name), "utf8")),
  )
  .join("\n");

/** Shorter ones stand everywhere. */
const LEAST_CHARACTERS = 10;

/** What does not vary from message to message: the text between names, values and marks of punctuation. */
function clauses(quote: string): string[] {
  return quote
    .split(/\*[^*]+\*|"[^"]*"|[.,:;()](?=\s|$)/)
    .map((text) => text.trim())
    .filter((text) => text.length >= LEAST_CHARACTERS);
}

describe("messages in troubleshooting.md", () => {
  it.each(quotes.filter((quote) => !OF_OTHERS.some((text) => quote.startsWith(text))))("%s", (quote) => {
    const missing = clauses(quote).filter((clause) => !sources.includes(clause));
    expect(clauses(quote).length).toBeGreaterThan(missing.length);
  });

  it("are there", () => {
    expect(quotes.length).toBeGreaterThan(20);
  });
});
