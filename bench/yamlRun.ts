// The floor below parsing: the YAML parser alone over the same file, in a process of its own. I/O.
import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";

const text = readFileSync(process.argv[2] ?? "", "utf8");
const started = performance.now();
parseDocument(text, { lineCounter: new LineCounter(), prettyErrors: false, uniqueKeys: true, stringKeys: true }).toJS();
console.log((performance.now() - started) / 1000);
