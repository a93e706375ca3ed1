// Every call of the changes of an ESXi host fails in every way: see faultRun.ts.
import { it } from "vitest";
import { HOST } from "./faultRows.js";
import { failEveryCall } from "./faultRun.js";

it(HOST.title, { timeout: 600_000 }, () => failEveryCall(HOST));
