// Every call of the changes of a distributed switch fails in every way: see faultRun.ts.
import { it } from "vitest";
import { SWITCH } from "./faultRows.js";
import { failEveryCall } from "./faultRun.js";

it(SWITCH.title, { timeout: 600_000 }, () => failEveryCall(SWITCH));
