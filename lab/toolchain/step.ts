// A step that takes a while: says what it does and how long it usually takes, then that it still runs. I/O: the clock.

/** Receives one line of progress, without a newline. */
export type Report = (line: string) => void;

/** What a running step is at now ("412 packages"); it stands in the next line of progress. */
export type Detail = (text: string) => void;

const reminderMilliseconds = 15_000;

/** Runs `action`; `what` reads "building govc 0.37.0". */
export async function runStep<T>(
  what: string,
  options: { readonly usualSeconds: number; readonly report: Report },
  action: (detail: Detail) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  let detail = "";
  options.report(`${what} (usually ${inWords(options.usualSeconds)}, once)`);
  const reminder = setInterval(() => {
    options.report(`still ${what}: ${inWords(secondsSince(started))}${detail && `, ${detail}`}`);
  }, reminderMilliseconds);
  try {
    return await action((text) => {
      detail = text;
    });
  } finally {
    clearInterval(reminder);
  }
}

/** Seconds with one decimal since a `Date.now()`. */
export function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 100) / 10;
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
