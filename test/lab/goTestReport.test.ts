// The report of the Go tests: the lines are those of `go test -json` of Go 1.26, without their times.
import { expect, it } from "vitest";
import { readGoTests } from "../../lab/goTestReport";

const PACKAGE = "multiport/lab/vcenter";
const lines = (...events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");
const of = (Test: string, Action: string, Output?: string) => ({ Action, Package: PACKAGE, Test, Output });

it("tells the name and the output of each test that failed, and nothing of the others", () => {
  const report = lines(
    { Action: "start", Package: PACKAGE },
    of("TestGood", "run"),
    of("TestGood", "output", "=== RUN   TestGood\n"),
    of("TestGood", "output", "    a_test.go:3: all is well\n"),
    of("TestGood", "pass"),
    of("TestLate", "run"),
    of("TestLate", "output", "    a_test.go:9: it is back: not after 5 s\n"),
    of("TestLate", "output", "--- FAIL: TestLate (5.48s)\n"),
    of("TestLate", "fail"),
    of("TestLeftOut", "skip"),
    { Action: "output", Package: PACKAGE, Output: "FAIL\n" },
    { Action: "fail", Package: PACKAGE },
  );
  expect(readGoTests(report)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
    failures: [`${PACKAGE} TestLate\n    a_test.go:9: it is back: not after 5 s\n--- FAIL: TestLate (5.48s)`],
  });
});

it("tells why a package has no tests to count: its build, or its end", () => {
  const build = `${PACKAGE} [${PACKAGE}.test]`;
  const report = lines(
    { ImportPath: build, Action: "build-output", Output: "./a_test.go:3:33: undefined: other\n" },
    { ImportPath: "another", Action: "build-output", Output: "a warning\n" },
    { ImportPath: build, Action: "build-fail" },
    { Action: "output", Package: PACKAGE, Output: `FAIL\t${PACKAGE} [build failed]\n` },
    { Action: "fail", Package: PACKAGE, FailedBuild: build },
    { Action: "output", Package: "second", Output: "exit status 3\n" },
    { Action: "fail", Package: "second" },
  );
  expect(readGoTests(report)).toEqual({
    passed: 0,
    failed: 0,
    skipped: 0,
    failures: [
      `${PACKAGE}\n./a_test.go:3:33: undefined: other\nFAIL\t${PACKAGE} [build failed]`,
      "second\nexit status 3",
    ],
  });
});
