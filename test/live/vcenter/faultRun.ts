// Every SOAP call of a change fails once: before or after it took effect, without an answer, without a session, in its task, or with the
// program's end. The next run must come to what is wanted, by itself, and leave what others have alone. The real drivers and SOAP
// client against simulated vCenters; only Pulumi's engine is played, by the state that it would keep. I/O.
import { expect, vi } from "vitest";
import { Course, type Tally } from "./faultCourse.js";
import type { Row } from "./faultRows.js";

/** Several worlds at a time: much of the time is waiting. */
const WORLDS = 6;

/** A row's whole course; the numbers go to the report. */
export async function failEveryCall(row: Row): Promise<void> {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const courses = await Course.startAll(row, WORLDS);
  const tally: Tally = { pairs: 0, missed: 0, wentOn: 0, wrong: [] };
  try {
    const [first] = courses;
    if (!first) throw new Error("there is no world");
    const lists = row.files.map((_, turn) => first.jobs(turn));
    const numbers = first.calls.map(
      (calls) => `${calls.length} calls (${calls.filter(({ mutating }) => mutating).length} changing)`,
    );
    const started = Date.now();
    await Promise.all(courses.map((course) => course.work(lists, tally)));
    const seconds = Math.round((Date.now() - started) / 1000);
    console.info(
      `${row.title}: ${numbers.join(", ")}: ${tally.pairs} pairs of call and kind in ${seconds} s, ${tally.wentOn} went on, ${tally.missed} missed`,
    );
    expect(tally.wrong).toEqual([]);
  } finally {
    await Promise.all(courses.map((course) => course.stop()));
  }
}
