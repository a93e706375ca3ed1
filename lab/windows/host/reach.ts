// Whether a client finds the host by the address that it knows, over the VLAN that leads there. Pure.
import type { Host } from "./host";
import { addressesOf, networkOf, routesOf } from "./ip";
import { linkOf } from "./link";
import type { Adapter } from "./state";
import { carriers, wireTag } from "./wire";

export function answersSsh(host: Host): boolean {
  const { management } = host.scenario;
  if (!management) return true;
  if (host.now() < host.state.bootedAt) return false;
  return host.state.adapters.some((adapter) => {
    if (linkOf(host, adapter).status !== "Up") return false;
    const isThere = addressesOf(host, adapter, "ActiveStore").some(
      ({ ip, state }) => ip === management.address && state === "Preferred",
    );
    if (!isThere || wireTag(host, adapter) !== (management.vlan ?? 0)) return false;
    const isCabled = carriers(host, adapter).some(
      ({ hardware }) => hardware?.vlans === undefined || hardware.vlans.includes(management.vlan ?? 0),
    );
    return isCabled && (management.gateway === undefined || leadsBack(host, management.gateway));
  });
}

function leadsBack(host: Host, gateway: string): boolean {
  return host.state.adapters
    .filter((adapter) => linkOf(host, adapter).status === "Up")
    .some((adapter) =>
      routesOf(host, adapter, "ActiveStore").some(
        ({ destination, nextHop }) =>
          destination === "0.0.0.0/0" && nextHop === gateway && isOnLink(host, adapter, gateway),
      ),
    );
}

function isOnLink(host: Host, adapter: Adapter, gateway: string): boolean {
  return addressesOf(host, adapter, "ActiveStore").some(
    ({ family, ip, prefix }) => family === "IPv4" && networkOf(ip, prefix) === networkOf(gateway, prefix),
  );
}
