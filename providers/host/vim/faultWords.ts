// A fault in plain words, with what is nested in it: each host or object with its own reason. Pure.
import { formatRef, isRef, type VimNode, type VimTree } from "../../model/vim.js";
import { printable } from "../printable.js";
import { listOf, nodeOf, textOf } from "./treeParts.js";

/** Names of objects by their references as formatRef writes them. */
export type Names = ReadonlyMap<string, string>;

interface Said {
  readonly message: string;
  readonly detail: VimNode;
}

/** Faults inside faults are told this deep. */
const MAX_DEPTH = 5;

/** One or more sentences. */
export function faultWords(said: Said, names: Names, depth = 0): string {
  const { message, detail } = said;
  const type = detail.$type ?? "SystemError";
  const head = `${printable(message).replace(/\.$/, "") || "vCenter gave no reason"} (${type}).`;
  if (depth >= MAX_DEPTH) return head;
  return [head, ...ownFields(detail, names), ...nested(detail, names, depth)].join(" ");
}

/** Fields that say what the fault is about, where vCenter's own sentence may not. */
function ownFields(detail: VimNode, names: Names): string[] {
  const rolledBack = rollbackWords(detail, names);
  const argument = textOf(detail.invalidProperty);
  const privileges = [textOf(detail.privilegeId), ...listOf(detail.missingPrivileges).flatMap(privilegesOf)].filter(
    Boolean,
  );
  const conflicts = listOf(detail.configInConflict).flatMap((each) => textOf(nodeOf(each).propertyPath) ?? []);
  const messages = listOf(detail.faultMessage).flatMap((each) => textOf(nodeOf(each).message) ?? []);
  return [
    ...(rolledBack === undefined ? [] : [rolledBack]),
    ...(argument === undefined ? [] : [`The value that it refuses: ${printable(argument)}.`]),
    ...(privileges.length === 0 ? [] : [`The user lacks: ${printable([...new Set(privileges)].join(", "))}.`]),
    ...(conflicts.length === 0 ? [] : [`In conflict: ${printable(conflicts.join(", "))}.`]),
    ...messages.map((text) => `${printable(text).replace(/\.$/, "")}.`),
  ];
}

function privilegesOf(tree: VimTree): (string | undefined)[] {
  return listOf(nodeOf(tree).privilegeIds).map(textOf);
}

function rollbackWords({ $type, host, entityName }: VimNode, names: Names): string | undefined {
  if ($type === "NetworkDisruptedAndConfigRolledBack")
    return `vCenter undid the change by itself, because ${hostWords(host, names)} lost its connection to vCenter with it: nothing of it is applied on that host. Look at what carries its management: the VLAN, the uplinks and their order, the MTU, and the physical switch ports of its management vmkernel adapter; then try again.`;
  if ($type === "RollbackFailure")
    return `vCenter could not go back to the configuration before${entityName === undefined ? "" : ` of ${printable(textOf(entityName) ?? "")}`}: it remembers none. Look in vCenter at what is configured now before the next change.`;
  return undefined;
}

/** The fault names its host in plain text, where others have a reference. */
function hostWords(host: VimTree | undefined, names: Names): string {
  const name = textOf(host);
  return name ? `host ${printable(name)}` : nameOf(host, names, "a host");
}

function nested(detail: VimNode, names: Names, depth: number): string[] {
  const onHosts = listOf(detail.hostFault).map((each) => {
    const { host, fault } = nodeOf(each);
    return `On ${nameOf(host, names, "a host")}: ${localizedWords(fault, names, depth)}`;
  });
  const onObjects = listOf(detail.objectFault).map((each) => {
    const { objectId, type, fault } = nodeOf(each);
    return `For ${printable(textOf(type) ?? "object")} ${printable(textOf(objectId) ?? "?")}: ${localizedWords(fault, names, depth)}`;
  });
  const cause = detail.faultCause === undefined ? [] : [`Cause: ${localizedWords(detail.faultCause, names, depth)}`];
  return [...onHosts, ...onObjects, ...cause];
}

/** A LocalizedMethodFault: the sentence beside the fault. */
function localizedWords(tree: VimTree | undefined, names: Names, depth: number): string {
  return faultWords(localizedFault(tree), names, depth + 1);
}

/** What a LocalizedMethodFault says. */
export function localizedFault(tree: VimTree | undefined): Said {
  const { fault, localizedMessage } = nodeOf(tree);
  return { message: textOf(localizedMessage) ?? "", detail: nodeOf(fault) };
}

function nameOf(tree: VimTree | undefined, names: Names, unknown: string): string {
  if (!isRef(tree)) return unknown;
  const name = names.get(formatRef(tree));
  return name === undefined ? printable(formatRef(tree)) : printable(name);
}
