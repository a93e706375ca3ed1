// What vitest's JSON reporter wrote, read: how many tests passed, and what those that failed said. Pure.

/** As far as it is read. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why a file failed apart from its tests, such as a faulty import; it may be empty. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

export interface VitestTests {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One text per failed test, its file and name first; of a file that failed apart from its tests, what it said. */
  readonly failures: readonly string[];
}

/** `folder`: what the names of files are shorter by. */
export function readVitest(text: string, folder: string): VitestTests {
  const report = JSON.parse(text) as Report;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const file = name.replace(`${folder}/`, "");
      const tests = assertionResults.filter((test) => test.status === "failed");
      if (status === "failed" && tests.length === 0) return [`${file}\n${message}`.trimEnd()];
      return tests.map(({ fullName, failureMessages }) =>
        `${file} > ${fullName}\n${(failureMessages ?? []).join("\n")}`.trimEnd(),
      );
    }),
  };
}
