// Invoke-Command into a VM: a session of its own on the machine inside, and what comes back from it (PD-05).
import { TerminatingError, type Value } from "../contract";
import { runBlock } from "./calls";
import type { CoreCall } from "./core";
import { Unsupported } from "./failure";
import { Exit, Session } from "./session";
import { type Block, isNumber, isObject, itemsOf, toText, typeNameOf } from "./values";

export async function invokeInVm(call: CoreCall, block: Block): Promise<void> {
  const { session, values, at } = call;
  const [name = null, ...others] = itemsOf(values.get("VMName") ?? []);
  if (!session.machine.enter || others.length > 0) throw new Unsupported("Invoke-Command but in one VM", at);
  const args = itemsOf(values.get("ArgumentList") ?? []);
  for (const value of args) refuseObjects(call, value);
  try {
    const remote = session.machine.enter(toText(name), loginOf(call));
    const sent: Value[] = [];
    const inside = new Session(remote.machine, "");
    try {
      await Promise.race([runInside(inside, block, args, sent), remote.lost]);
    } finally {
      remote.close();
    }
    // They would be errors of the caller, in another form.
    if (inside.stderr.length > 0)
      throw new Unsupported(`errors that end nothing in a remote session (${inside.stderr[0]})`, at);
    for (const value of sent) {
      refuseObjects(call, value);
      await call.emit(value);
    }
  } catch (error) {
    if (!(error instanceof TerminatingError)) throw error;
    call.error(error.record);
  }
}

/** `exit` ends the block and says nothing; what is written to the console is lost. */
async function runInside(inside: Session, block: Block, args: readonly Value[], sent: Value[]): Promise<void> {
  try {
    await runBlock(
      inside,
      block,
      args.map((value) => ({ kind: "argument", value })),
      async (value) => void sent.push(value),
    );
  } catch (error) {
    if (error instanceof Exit) return;
    if (!(error instanceof TerminatingError)) throw error;
    throw new TerminatingError({ ...error.record, exception: "RemoteException" });
  }
}

function loginOf({ values, at }: CoreCall): { user: string; password: string } {
  const credential = values.get("Credential") ?? null;
  const password = isObject(credential) ? (credential.properties.get("Password") ?? null) : null;
  if (!isObject(credential) || !isObject(password)) throw new Unsupported("a credential without a SecureString", at);
  return {
    user: toText(credential.properties.get("UserName") ?? null),
    password: toText(password.properties.get("Plain") ?? null),
  };
}

function refuseObjects({ at }: CoreCall, value: Value): void {
  if (typeof value !== "string" && typeof value !== "boolean" && !isNumber(value))
    throw new Unsupported(`a ${typeNameOf(value)} that goes to a remote session or comes from one`, at);
}
