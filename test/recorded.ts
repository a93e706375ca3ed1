// The recorded folders: what a real machine said once, with the environment that it was made from.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "recorded");

/** What a host with this driver printed as its facts. */
export function recordedFacts(driver: string, name: string): string {
  return readFileSync(join(ROOT, driver, name, "facts.json"), "utf8");
}

/** The environment of a recorded machine. */
export function recordedSpec(driver: string, name: string): string {
  return readFileSync(join(ROOT, driver, name, "spec.yaml"), "utf8");
}

export function recordedNames(driver: string): string[] {
  return readdirSync(join(ROOT, driver));
}
