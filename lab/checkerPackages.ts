// Debian packages whose programs read what multiport writes for hosts that use them: the tests ask those programs. Nothing of them
// is started.
import { cloudInitNeeds } from "./cloudInit";

/** For `ensureDebianPackages`. */
export const checkerPackages: readonly string[] = [
  "network-manager",
  "ifupdown",
  "ifenslave",
  "isc-dhcp-client",
  "dnsmasq-base",
  ...cloudInitNeeds,
];
