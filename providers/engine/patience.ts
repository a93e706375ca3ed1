// How long a change and its way back may take, on the machine and as seen from here. Pure.
//
//   sent          confirmSeconds later         + wayBackSeconds        + TIMER_SECONDS
//   |------------------|----------------------------|------------------------|
//   change at work     its own timer fires, and     by now it has ended      a machine that is still silent is
//   and confirmed      the way back begins          where it goes on         told as unverified (settlement.ts)
//
// On the machine the file `until` has the first of these moments, and from the beginning of the way back on the second; for TIMER_SECONDS after
// `until` a change still counts as under way there, for a timer may be late. Whoever comes later takes it for one that nobody goes on with.

/** After the deadline of a change whose timer, or whose way back, is gone, for so long it counts as under way. */
export const TIMER_SECONDS = 30;

/**
 * What the way back may take: it is a part of the work of the way there, for which there was time until the confirmation. A machine that
 * needs longer for the one needs longer for the other.
 */
export function wayBackSeconds(confirmSeconds: number): number {
  return Math.max(60, Math.ceil(confirmSeconds / 2));
}

/** After its deadline, for so long a change may go on until it has come to an end: whoever has heard nothing then will not by waiting. */
export function afterDeadlineSeconds(confirmSeconds: number): number {
  return TIMER_SECONDS + wayBackSeconds(confirmSeconds);
}
