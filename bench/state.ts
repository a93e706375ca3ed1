// What the state of a stack holds per KVM host, beside the text of its configuration. I/O.
import type { Verdict } from "./measurement.js";
import { type Site, withSite } from "./site.js";

const HOSTS = 20;
const BOUND_BYTES = 4096;

export async function state(): Promise<Verdict[]> {
  return withSite(HOSTS, async (site) => judgeState(site, HOSTS));
}

/** The whole file is shared among the hosts, the part of the stack itself included. */
export function judgeState({ project, textBytes }: Site, hosts: number): Verdict[] {
  const [state, text] = [project.stateBytes() / hosts, textBytes / hosts];
  console.log(
    `state file: ${Math.round(state)} bytes per host, of them ${Math.round(text)} bytes of configuration text`,
  );
  const value = Math.round(state - text);
  return [{ what: "state per host beside its text", value, bound: BOUND_BYTES, unit: "bytes" }];
}
