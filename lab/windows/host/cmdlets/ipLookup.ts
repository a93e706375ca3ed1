// Interfaces and stores that a cmdlet of NetTCPIP is given. Pure.
import type { Call } from "../call";
import { cimError, invalidParameter } from "../errors";
import type { Host } from "../host";
import { isInterface } from "../ip";
import type { Adapter, Family, Store } from "../state";
import { isSame } from "../wildcard";

/** Without -PolicyStore: what is in force. */
export function storeOf(call: Call): Store {
  return isSame(call.text("PolicyStore") ?? "", "PersistentStore") ? "PersistentStore" : "ActiveStore";
}

/** IP-06, SH-11: by alias or index, once IP knows it. */
export function interfaceOf(host: Host, call: Call, className: string, family: Family): Adapter {
  const alias = call.text("InterfaceAlias");
  const found =
    alias === undefined ? host.adapterWithIndex(call.number("InterfaceIndex") ?? 0) : host.adapterNamed(alias);
  if (found && isInterface(host, found, family)) return found;
  throw cimError(call.cmdlet, {
    id: "Windows System Error 1168",
    message: "Element not found.",
    category: "ObjectNotFound",
    target: `${className}:ROOT/StandardCimv2/${className}`,
  });
}

/** IP-10: PersistentStore alone is refused. */
export function storesOf(call: Call, className: string): Record<Store, boolean> {
  const store = call.text("PolicyStore");
  if (store === undefined) return { ActiveStore: true, PersistentStore: true };
  if (isSame(store, "ActiveStore")) return { ActiveStore: true, PersistentStore: false };
  throw invalidParameter(call.cmdlet, className, `Invalid parameter PolicyStore ${store}`);
}
