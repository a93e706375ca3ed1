// Opening the door to a vCenter: once per process, whoever asks. I/O.
import { createHash } from "node:crypto";
import { Exchange } from "./exchange.js";
import { readServiceContent } from "./serviceContent.js";
import { Session } from "./session.js";
import { parseThumbprint } from "./thumbprint.js";
import { Vcenter } from "./vcenter.js";
import { parseAddress } from "./vcenterAddress.js";

/** Which vCenter, and who asks. */
export interface VcenterTarget {
  /** Name, name:port or https URL. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** SHA-256 or SHA-1 of vCenter's certificate: then that one is accepted and no other. */
  readonly thumbprint?: string;
}

/** Times, in seconds. */
export interface VcenterTimes {
  /** Until a connection stands, with its certificate. Default 15. */
  readonly connectTimeoutSeconds?: number;
  /** Until an answer is there, all of it. Default 120. */
  readonly answerTimeoutSeconds?: number;
  /** A session that nobody uses for so long is logged out. Default 3. */
  readonly idleSeconds?: number;
}

const doors = new Map<string, Promise<Vcenter>>();

/**
 * The door to a vCenter: the same one for all of a process who ask with the same target. Asks who answers; the login comes
 * with the first call. Throws VcenterErrors of every kind but "login", "lost" and "fault".
 */
export function connectVcenter(target: VcenterTarget, times: VcenterTimes = {}): Promise<Vcenter> {
  const key = keyOf(target, times);
  const open = doors.get(key);
  if (open !== undefined) return open;
  const door = openDoor(target, times);
  doors.set(key, door);
  door.catch(() => doors.delete(key));
  return door;
}

async function openDoor({ server, user, password, thumbprint }: VcenterTarget, times: VcenterTimes): Promise<Vcenter> {
  const exchange = new Exchange({
    address: parseAddress(server),
    pinned: thumbprint === undefined ? undefined : parseThumbprint(thumbprint),
    connectTimeoutSeconds: times.connectTimeoutSeconds ?? 15,
    answerTimeoutSeconds: times.answerTimeoutSeconds ?? 120,
  });
  const content = await readServiceContent(exchange);
  const manager = content.refs.sessionManager ?? { type: "SessionManager", value: "SessionManager" };
  const session = new Session(exchange, manager, { user, password, idleSeconds: times.idleSeconds ?? 3 });
  return new Vcenter(exchange, session, content);
}

/** The key holds no password, so that nothing that prints the map can. */
function keyOf({ server, user, password, thumbprint }: VcenterTarget, times: VcenterTimes): string {
  return createHash("sha256")
    .update(JSON.stringify([server, user, password, thumbprint, times]))
    .digest("hex");
}
