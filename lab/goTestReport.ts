// What `go test -json` wrote, read: how many tests passed, and what those that failed said. Pure.

/** A line of the report, as far as it is read: of a test, of a package, or of the build of one. */
interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly ImportPath?: string;
  /** Of a package: whose build it was that failed, as `ImportPath` of its output. */
  readonly FailedBuild?: string;
  readonly Output?: string;
}

export interface GoTests {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What each failed test printed, its name in it; of a package that failed without one, all that the package and its build printed. */
  readonly failures: readonly string[];
}

export function readGoTests(report: string): GoTests {
  const events = report
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as GoEvent);
  const ended = (action: string) => events.filter(({ Action, Test }) => Test !== undefined && Action === action);
  return {
    passed: ended("pass").length,
    failed: ended("fail").length,
    skipped: ended("skip").length,
    failures: failures(events, ended("fail")),
  };
}

function failures(events: readonly GoEvent[], tests: readonly GoEvent[]): string[] {
  const ofTests = tests.map((failed) => {
    const printed = output(events, ({ Package, Test }) => Package === failed.Package && Test === failed.Test);
    return `${failed.Package} ${failed.Test}\n${printed}`;
  });
  const packages = events.filter(({ Action, Test }) => Action === "fail" && Test === undefined);
  const ofPackages = packages
    .filter((failed) => !tests.some((test) => test.Package === failed.Package))
    .map(({ Package, FailedBuild }) => {
      const isOfBuild = ({ ImportPath }: GoEvent) => FailedBuild !== undefined && ImportPath === FailedBuild;
      return `${Package}\n${output(events, (event) => event.Package === Package || isOfBuild(event))}`;
    });
  return [...ofTests, ...ofPackages];
}

function output(events: readonly GoEvent[], isOf: (event: GoEvent) => boolean): string {
  return events
    .filter(isOf)
    .map(({ Output = "" }) => Output)
    .join("")
    .trimEnd();
}
