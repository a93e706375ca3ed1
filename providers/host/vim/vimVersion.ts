// Versions of vCenter's API, such as 8.0.3.0. Pure.

/** The newest whose fields this client's drivers know. */
export const NEWEST_KNOWN = "9.1.0.0";
/** The oldest that is spoken, and what is spoken until vCenter has told its own. */
export const OLDEST_SPOKEN = "7.0.0.0";

/** Negative when `left` is older, 0 when equal; a missing part is 0. */
export function compareVersions(left: string, right: string): number {
  const parts = (version: string) => version.split(".").map(Number);
  const [ours, theirs] = [parts(left), parts(right)];
  const length = Math.max(ours.length, theirs.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (ours[index] ?? 0) - (theirs[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What to speak with a server: its own version, or the newest known where it is newer. */
export function versionToSpeak(server: string): string {
  return compareVersions(server, NEWEST_KNOWN) < 0 ? server : NEWEST_KNOWN;
}
