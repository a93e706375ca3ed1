// Waiting for a task with a property collector of its own: waiters of one session that share one take each other's news. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import { formatRef, type Ref, type VimCall, type VimTree } from "../../model/vim.js";
import { localizedFault } from "./faultWords.js";
import { filterSpec } from "./retrieve.js";
import type { Session } from "./session.js";
import { VimFault } from "./soapFault.js";
import { listOf, nodeOf, textOf } from "./treeParts.js";
import { VcenterError } from "./vcenterError.js";

/** A task that runs, and how long it is waited for. */
export interface Wait {
  /** The call that made it. */
  readonly call: VimCall;
  readonly task: Ref;
  /** As the user knows it in messages. */
  readonly title: string;
  readonly timeoutSeconds: number;
  /** How long vCenter may be away before the task counts as lost. */
  readonly patienceSeconds: number;
}

/** One question for news lasts this long when there is none. */
const NEWS_SECONDS = 20;
/** What an answer may take beyond that. */
const GRACE_SECONDS = 30;
const REATTACH_MILLISECONDS = 1000;

/** The task's result. Throws VimFaults for one that failed, and VcenterErrors "timeout" and "lost". */
export async function waitForTask(session: Session, collector: Ref, wait: Wait): Promise<VimTree | undefined> {
  const deadline = Date.now() + wait.timeoutSeconds * 1000;
  let contact = Date.now();
  const news = () => {
    contact = Date.now();
  };
  for (;;) {
    try {
      return await session.use(() => watch(session, { collector, wait, deadline, news }));
    } catch (error) {
      if (!isOfTheConnection(error)) throw error;
      if (Date.now() > contact + wait.patienceSeconds * 1000) throw lost(session, wait, error);
    }
    await sleep(REATTACH_MILLISECONDS);
  }
}

/** The task goes on without us, and can be asked for again. A fault of the task itself names its own object. */
function isOfTheConnection(error: unknown): error is VcenterError {
  if (error instanceof VimFault)
    return error.faultType === "NotAuthenticated" || error.object.type === "PropertyCollector";
  return error instanceof VcenterError && (error.kind === "unreachable" || error.mayHaveRun);
}

interface Watch {
  readonly collector: Ref;
  readonly wait: Wait;
  readonly deadline: number;
  readonly news: () => void;
}

async function watch(session: Session, ask: Watch): Promise<VimTree | undefined> {
  const own = (await session.send({
    object: ask.collector,
    method: "CreatePropertyCollector",
    arguments: {},
  })) as Ref;
  try {
    await session.send({ object: own, method: "CreateFilter", arguments: taskFilter(ask.wait.task) });
    return await followTask(session, own, ask);
  } finally {
    // It goes with the session anyway.
    await session.send({ object: own, method: "DestroyPropertyCollector", arguments: {} }).catch(() => {});
  }
}

function taskFilter(task: Ref) {
  const paths = ["info.state", "info.result", "info.error"];
  return { spec: filterSpec({ properties: { Task: paths }, from: [task] }), partialUpdates: false };
}

async function followTask(session: Session, own: Ref, { wait, deadline, news }: Watch): Promise<VimTree | undefined> {
  const info = new Map<string, VimTree | undefined>();
  for (let version = ""; ; ) {
    if (Date.now() > deadline) throw tooLong(session, wait);
    const maxWaitSeconds = Math.min(NEWS_SECONDS, Math.ceil((deadline - Date.now()) / 1000));
    // News that got lost on the way do not come a second time: a new collector tells the state as it is.
    const update = nodeOf(
      await session.send(
        { object: own, method: "WaitForUpdatesEx", arguments: { version, options: { maxWaitSeconds } } },
        { timeoutSeconds: maxWaitSeconds + GRACE_SECONDS, isOnlyOnce: true },
      ),
    );
    news();
    version = textOf(update.version) ?? version;
    takeNews(info, update.filterSet);
    if (update.truncated === "true") continue;
    const state = info.get("info.state");
    if (state === "success") return info.get("info.result");
    if (state === "error") throw new VimFault(session.label, wait.call, localizedFault(info.get("info.error")));
    if (state === "gone")
      throw lost(session, wait, { message: `${session.label}: does not know ${formatRef(wait.task)} any more.` });
  }
}

function takeNews(info: Map<string, VimTree | undefined>, filterSet: VimTree | undefined): void {
  for (const object of listOf(filterSet).flatMap((filter) => listOf(nodeOf(filter).objectSet))) {
    const { kind, changeSet } = nodeOf(object);
    if (kind === "leave") info.set("info.state", "gone");
    for (const { name, val } of listOf(changeSet).map(nodeOf)) if (typeof name === "string") info.set(name, val);
  }
}

function tooLong({ label }: Session, { title, task, timeoutSeconds }: Wait): VcenterError {
  return new VcenterError(
    "timeout",
    `${label}: ${title} goes on for more than ${timeoutSeconds} s (${formatRef(task)}). It was not cancelled: see Recent Tasks in vCenter. When it has ended, run pulumi up again, which goes on from what is there.`,
  );
}

function lost({ label }: Session, { title, task }: Wait, { message }: { readonly message: string }): VcenterError {
  return new VcenterError(
    "lost",
    `${label}: ${title} was started (${formatRef(task)}), but whether it succeeded is not known. ${message} When vCenter answers again, run pulumi refresh to see what it has, then pulumi up.`,
    true,
  );
}
