// The value of ProxyJump: "bastion", "root@bastion:2222,[2001:db8::1]:22", "ssh://root@bastion:2222", "none". Pure.
import type { SshTarget } from "../model/ssh.js";
import { HostError } from "./host.js";

const HOP = /^(?:ssh:\/\/)?(?:(?<user>.+)@)?(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:@[\]]+))(?::(?<port>\d+))?\/?$/;

/** The hops in the order in which they are passed; `name` is the machine whose setting it is, for messages. */
export function parseJump(value: string | undefined, name: string): SshTarget[] {
  if (value === undefined || value.toLowerCase() === "none") return [];
  return value.split(",").map((hop) => parseHop(hop.trim(), name));
}

function parseHop(hop: string, name: string): SshTarget {
  const { user, bracketed, plain, port } = HOP.exec(hop)?.groups ?? {};
  const address = bracketed ?? plain;
  if (address === undefined)
    throw new HostError(
      "invalid",
      `${name}: ProxyJump "${hop}" of the SSH client configuration is not a machine. Write user@host:port.`,
    );
  return {
    name: address,
    address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
