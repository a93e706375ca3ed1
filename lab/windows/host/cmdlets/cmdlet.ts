// What a cmdlet of the host is to its module. Pure.
import type { Call } from "../call";
import type { Host } from "../host";
import type { TaskScheduler } from "../taskScheduler";

/** What cmdlets set going beside the network. */
export interface Services {
  readonly tasks: TaskScheduler;
  /** The machine goes down a moment later, and comes up again or not. */
  power(action: "restart" | "stop"): void;
}

export type HostCmdlet = (host: Host, call: Call, services: Services) => void | Promise<void>;

export interface Module {
  readonly name: string;
  readonly cmdlets: Readonly<Record<string, HostCmdlet>>;
}
