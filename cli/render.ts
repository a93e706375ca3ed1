// multiport render: every file of every host and guest, written below a folder, offline.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { renderEnvironment } from "../providers/engine/render.js";
import { formatProblem } from "../providers/model/problem.js";
import { type EnvironmentFile, UsageError } from "./project.js";

/** Writes `<out>/<environment>/<machine>/<file>`; returns the paths. An environment with errors writes nothing. */
export function renderFiles(files: readonly EnvironmentFile[], out: string): string[] {
  const rendered = files.flatMap(({ file, text }) => {
    const { environment, problems } = checkEnvironmentText(text, file);
    const errors = problems.filter((problem) => problem.severity === "error");
    if (!environment || errors.length > 0)
      throw new UsageError(`${errors.map(formatProblem).join("\n")}\n${file}: nothing was written`);
    return renderEnvironment(environment).map((item) => ({ ...item, path: join(out, environment.name, item.path) }));
  });
  for (const { path, text } of rendered) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return rendered.map((item) => item.path);
}
