// The password of a guest that is reached by way of its host, from the settings of the stack. Pure.
import { z } from "zod";
import { HostError } from "./host.js";

/** Settings as they stand in the stack. */
export interface GuestPasswords {
  /** multiport:guestPassword, for every guest that has none of its own. */
  readonly all?: string | undefined;
  /** multiport:guestPasswords, JSON: passwords by VM. */
  readonly each?: string | undefined;
}

/** What is longer no Windows takes, and a control character is a slip of the hand. */
const Password = z.string().regex(/^[^\p{Cc}]{1,256}$/u);
const Each = z.record(z.string(), Password);

/** The ways in that take one. */
export type GuestWay = "PowerShell Direct" | "VMware Tools";

/** Throws a HostError of kind "invalid", which has nothing of what it found. */
export function guestPassword(vm: string, way: GuestWay, { all, each }: GuestPasswords): string {
  const own = each === undefined ? {} : passwordsOf(vm, each);
  const found = Object.hasOwn(own, vm) ? own[vm] : all;
  if (found === undefined || found === "")
    throw new HostError(
      "invalid",
      `${vm}: it is reached by ${way}, and the stack has no password for it. Set it: pulumi config set --secret multiport:guestPassword, or for this VM in multiport:guestPasswords.`,
    );
  if (!Password.safeParse(found).success)
    throw new HostError(
      "invalid",
      `${vm}: multiport:guestPassword is no password: it has more than 256 characters, or a control character such as the end of a line. Set it again: pulumi config set --secret multiport:guestPassword.`,
    );
  return found;
}

function passwordsOf(vm: string, text: string): Readonly<Record<string, string>> {
  try {
    return Each.parse(JSON.parse(text));
  } catch {
    throw new HostError(
      "invalid",
      `${vm}: multiport:guestPasswords is not a JSON object of passwords by VM, such as {"SQL Server 01": "..."}. Set it again: pulumi config set --secret multiport:guestPasswords.`,
    );
  }
}
