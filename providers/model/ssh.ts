// How a machine is reached over SSH: addresses and names of secrets, never secrets. Pure.
import { z } from "zod";
import * as field from "./field.js";

export const SshSpec = z.strictObject({
  port: field
    .integer({ min: 1, max: 65535 }, "TCP port. Default: the OpenSSH client configuration, then 22.")
    .optional(),
  user: field
    .described(
      z
        .string()
        .regex(
          /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,62}\\)?[A-Za-z_][A-Za-z0-9_.-]{0,31}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,252})?$/,
        ),
      "User name; of a Windows domain such as CORP\\admin or admin@corp.example.net. Default: the OpenSSH client configuration, then the current user.",
      "a user name such as root",
    )
    .optional(),
  identityFile: field
    .described(
      z
        .string()
        .min(1)
        .max(255)
        .regex(/^[^\p{Cc}]+$/u),
      "Private key file on the machine that runs Pulumi. Default: those of the OpenSSH client configuration or ~/.ssh/id_*, then the agent's keys.",
      "the path of a private key such as ~/.ssh/id_ed25519",
    )
    .optional(),
  hostKey: field
    .described(
      z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
      "Fingerprint of the machine's host key. Default: the known_hosts files.",
      'a fingerprint such as "SHA256:<43 characters>", as ssh-keygen -l prints it',
    )
    .optional(),
  confirmSeconds: field
    .integer(
      { min: 10, max: 900 },
      "After a change the machine waits so long for multiport to come back over a new connection and confirm it; otherwise it puts back what it had. Default 120.",
    )
    .optional(),
  jump: field
    .address("Machine to connect through. Its settings come from the OpenSSH client configuration.")
    .optional(),
});
export type SshSpec = z.input<typeof SshSpec>;

/** What a machine runs scripts with: sh on Linux, powershell (5.1) on Windows. */
export type ShellName = "sh" | "powershell";

/** Where and how to connect. `name` is the machine's name in the file, for messages. */
export interface SshTarget {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly hostKey?: string;
  readonly confirmSeconds?: number;
  readonly jump?: SshTarget;
}

export function toSshTarget(name: string, address: string, spec: SshSpec = {}): SshTarget {
  const { jump, ...rest } = spec;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { name, address, ...given, ...(jump === undefined ? {} : { jump: { name: jump, address: jump } }) };
}
