// How a run knows that it was multiport that put a host into maintenance mode, even a run that follows one which was killed: a
// custom attribute of the host, set before it goes into maintenance mode and emptied after it left. Its value is
// the time at which the host had booted then, so that a restart since then shows. vCenter keeps it, and people see it there. Pure.

/** Name of the custom attribute of hosts. */
export const MARK_NAME = "multiport.restartSince";

/** The time that vCenter gives for one boot varies by less. */
const SAME_BOOT_MILLISECONDS = 1000;

/** The host booted anew since the time of the mark. */
export function isNewerBoot(bootTime: string, marked: string): boolean {
  return Date.parse(bootTime) - Date.parse(marked) > SAME_BOOT_MILLISECONDS;
}
