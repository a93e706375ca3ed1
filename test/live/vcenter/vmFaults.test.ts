// Every call of the changes of a VM fails in every way: see faultRun.ts.
import { it } from "vitest";
import { VM } from "./faultRows.js";
import { failEveryCall } from "./faultRun.js";

it(VM.title, { timeout: 600_000 }, () => failEveryCall(VM));
