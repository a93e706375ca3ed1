// Many properties of many objects in one question, and its pages. I/O through the session.
import {
  formatRef,
  type ObjectContent,
  type PropertyQuery,
  type Ref,
  type Traversal,
  type VimNode,
  type VimObject,
  type VimTree,
} from "../../model/vim.js";
import type { Session } from "./session.js";
import { toFault } from "./soapFault.js";
import type { VcenterError } from "./vcenterError.js";

/** Objects per page: a host's network configuration alone can have some 100 kB. */
const PAGE_OBJECTS = 100;

/** Reads all that a query asks for. A property that vCenter refuses is an error that names it. */
export async function retrieve(session: Session, collector: Ref, query: PropertyQuery): Promise<ObjectContent[]> {
  const found: ObjectContent[] = [];
  let call = firstCall(collector, query);
  for (;;) {
    const page = asNode(await session.send(call));
    if (page === undefined) return found;
    for (const object of asList(page.objects)) found.push(readContent(session, object));
    if (page.token === undefined) return found;
    call = { object: collector, method: "ContinueRetrievePropertiesEx", arguments: { token: page.token as string } };
  }
}

function firstCall(object: Ref, query: PropertyQuery) {
  return {
    object,
    method: "RetrievePropertiesEx",
    arguments: { specSet: filterSpec(query), options: { maxObjects: PAGE_OBJECTS } } as VimObject,
  };
}

/** The query as vCenter's PropertyFilterSpec. */
export function filterSpec({ properties, from, along, isFromSkipped }: PropertyQuery): VimObject {
  return {
    propSet: Object.entries(properties).map(([type, pathSet]) => ({ type, all: false, pathSet })),
    objectSet: from.map((obj) => ({
      obj,
      skip: isFromSkipped ?? false,
      selectSet: along?.map(selection),
    })),
  };
}

function selection(way: Traversal | string): VimObject {
  if (typeof way === "string") return { $type: "SelectionSpec", name: way };
  const { name, type, path, isSkipped, along } = way;
  return { $type: "TraversalSpec", name, type, path, skip: isSkipped ?? false, selectSet: along?.map(selection) };
}

function readContent({ label }: Session, tree: VimTree): ObjectContent {
  const { obj, propSet, missingSet } = tree as VimNode;
  const object = obj as Ref;
  const [missing] = asList(missingSet) as VimNode[];
  if (missing !== undefined) throw missingProperty(label, object, missing);
  const entries = (asList(propSet) as VimNode[]).flatMap(({ name, val }) =>
    typeof name === "string" && val !== undefined ? [[name, val] as const] : [],
  );
  return { object, properties: Object.fromEntries(entries) };
}

function missingProperty(label: string, object: Ref, { path, fault }: VimNode): VcenterError {
  const { fault: detail, localizedMessage } = fault as VimNode;
  const message = typeof localizedMessage === "string" ? localizedMessage : "";
  return toFault(
    `${label}: property ${path} of ${formatRef(object)}`,
    { object, method: "RetrievePropertiesEx" },
    {
      message,
      detail: asNode(detail) ?? {},
    },
  );
}

function asList(tree: VimTree | undefined): readonly VimTree[] {
  return tree === undefined ? [] : Array.isArray(tree) ? tree : [tree as VimTree];
}

function asNode(tree: VimTree | undefined): VimNode | undefined {
  return typeof tree === "object" && !Array.isArray(tree) ? (tree as VimNode) : undefined;
}
