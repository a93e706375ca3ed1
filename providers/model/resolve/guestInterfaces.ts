// What the interfaces of a Linux guest may not have in common, and what one alone can't use: default routes, routing tables, routes. Pure.
import type { BondSpec } from "../bond.js";
import { type GuestIpSpec, toGateways } from "../interfaceIp.js";
import type { Path } from "../problem.js";
import { canonicalSubnet } from "../subnet.js";
import type { VirtualMachineSpec, VmPortSpec } from "../virtualMachine.js";
import { checkReach } from "./nameResolution.js";
import { Claims, type Scope } from "./scope.js";

interface Place {
  /** Such as `port p in network storage`. */
  readonly holder: string;
  readonly spec: GuestIpSpec;
  readonly path: Path;
}

/** Ports, bonds and the VLANs on them. */
function placesOf(body: VirtualMachineSpec, path: Path): Place[] {
  return (["ports", "bonds"] as const).flatMap((section) => {
    const all: Readonly<Record<string, VmPortSpec | BondSpec>> = body[section] ?? {};
    return Object.entries(all).flatMap(([name, spec]) => {
      const lower = {
        holder: `${section === "ports" ? "port" : "bond"} ${name}`,
        spec,
        path: [...path, section, name],
      };
      const over = Object.entries(spec.interfaces ?? {}).map(([network, own]) => ({
        holder: `${lower.holder} in network ${network}`,
        spec: own ?? {},
        path: [...lower.path, "interfaces", network],
      }));
      return [lower, ...over];
    });
  });
}

/** One routing table has one default route per IP version; netplan takes two with a warning and no effect. */
export function checkGateways(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const claims = new Claims(scope, "default route");
  const remedy =
    body.guest?.os === "linux"
      ? "Keep one gateway per guest and IP version, or give the other interface a routingTable of its own."
      : "Keep one gateway per guest and IP version.";
  for (const { holder, spec, path: at } of placesOf(body, path)) {
    if (spec.routingTable !== undefined) continue;
    // A second one of one interface was told.
    const byFamily = new Map(
      toGateways(spec.gateway).map((router) => [router.includes(":") ? "IPv6" : "IPv4", router]),
    );
    for (const [family, router] of byFamily)
      claims.take(family, holder, { path: [...at, "gateway"], shown: router, remedy });
  }
}

export function checkLinuxIp(scope: Scope, body: VirtualMachineSpec, path: Path): void {
  const places = placesOf(body, path);
  checkTables(scope, places);
  checkMainRoutes(scope, places);
  const members = Object.values(body.bonds ?? {}).flatMap((bond) => bond.members);
  // Of members of a bond LB-30 speaks.
  const isMember = ({ path: [, , section, name] }: Place) => section === "ports" && members.includes(`${name}`);
  for (const place of places.filter((one) => !isMember(one)))
    checkReach(scope, place.spec, { path: place.path, wanted: "addresses or dhcp beside them" });
}

/** What stands in a table is the way out of all that ask it. */
function checkTables(scope: Scope, places: readonly Place[]): void {
  const claims = new Claims(scope, "routing table");
  for (const { holder, spec, path } of places)
    if (spec.routingTable !== undefined)
      claims.take(`${spec.routingTable}`, holder, {
        path: [...path, "routingTable"],
        remedy: "Give every interface a number of its own.",
      });
}

/** Of two routes to one subnet with one metric the kernel keeps that which comes last, and networkd that which comes first. */
function checkMainRoutes(scope: Scope, places: readonly Place[]): void {
  const claims = new Claims(scope, "route");
  for (const { holder, spec, path } of places) {
    if (spec.routingTable !== undefined) continue;
    // One of the interface's own was told.
    const own = new Map(
      (spec.routes ?? []).map(({ to, metric }, index) => [`${canonicalSubnet(to)} ${metric ?? ""}`, { to, index }]),
    );
    for (const [key, { to, index }] of own)
      claims.take(key, holder, {
        path: [...path, "routes", index],
        shown: to,
        remedy: "Keep one of the two, give them metrics, or give one of the interfaces a routingTable of its own.",
      });
  }
}
