// How a program says which host a guest runs on, where the guest is reached through it. Pure.
import type { SshSpec } from "./model/ssh.js";

/** How to reach the host that a guest runs on, as in the environment file. */
export interface HypervisorArgs {
  readonly name: string;
  readonly address?: string;
  readonly ssh?: SshSpec;
}
