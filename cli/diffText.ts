// A unified diff as it is shown: where a line itself begins with a sign, the diff says so, for it reads as removed or added. Pure.

/** sysctl.d: a setting whose errors are ignored. */
const SYSCTL = /^-[\w/.]+ ?=/;

/** With a remark before the first such line of each hunk, in the way that diff itself remarks ("\ No newline at end of file"). */
export function withRemarks(diff: string): string {
  let isTold = false;
  return diff
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("@@")) isTold = false;
      const text = /^[ +-]([+-].*)$/.exec(line)?.[1];
      if (text === undefined || isTold) return [line];
      isTold = true;
      return [remark(text), line];
    })
    .join("\n");
}

function remark(text: string): string {
  const why = SYSCTL.test(text) ? " (sysctl.d: ignore errors)" : "";
  return `\\ A "${text[0]}" in the second column is part of the line${why}; only the first column says what changes.`;
}
