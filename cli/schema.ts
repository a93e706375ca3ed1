// Writes the JSON Schema of the environment file; with --check only says whether the committed one is fresh.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templatesFolder } from "../providers/engine/template.js";
import { environmentJsonSchema } from "../providers/model/environment.js";

const file = join(templatesFolder(), "..", "schema", "environment.schema.json");
const text = `${JSON.stringify(environmentJsonSchema(), null, 2)}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("schema/environment.schema.json is not what the model says. Run: npm run schema");
  process.exitCode = 1;
}
