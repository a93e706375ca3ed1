// What is done in vCenter before Pulumi's provider makes an object. I/O through the session.
import { type Creation, detailsQuery, findCall, judge } from "../platforms/vsphere/creation.js";
import type { VcenterSession } from "./vcenterObject.js";

/** The name of an object that is to be made is taken. */
export class NameTakenError extends Error {
  constructor(reason: string) {
    super(`${reason}.`);
    this.name = "NameTakenError";
  }
}

/**
 * Removes what an earlier run of this stack made without learning of it: true if there is such a thing. A preview only looks.
 *
 * Errors: {@link NameTakenError}; vCenter's own faults.
 */
export async function clearSite(
  session: VcenterSession,
  creation: Creation,
  { isPreview }: { readonly isPreview: boolean },
): Promise<boolean> {
  const query = detailsQuery(creation, await session.run(findCall(creation, session.content)));
  const [found] = query ? await session.retrieve(query) : [];
  if (!found) return false;
  const verdict = judge(creation, found);
  if ("taken" in verdict) throw new NameTakenError(verdict.taken);
  if (!isPreview) for (const call of verdict.calls) await session.run(call);
  return true;
}
