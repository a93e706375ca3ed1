// Many properties of many objects in one question, and its pages. I/O through the session.
import type {
  ObjectContent,
  PropertyQuery,
  Ref,
  Traversal,
  VimCall,
  VimNode,
  VimObject,
  VimTree,
} from "../../model/vim.js";
import { localizedFault } from "./faultWords.js";
import type { Session } from "./session.js";
import { VimFault } from "./soapFault.js";
import { listOf, nodeOf, textOf } from "./treeParts.js";
import { VcenterError } from "./vcenterError.js";

/** Objects per page: a host's network configuration alone can have some 100 kB. */
const PAGE_OBJECTS = 1000;

/** vCenter gives a page once: of one that got lost on the way only the whole question, asked anew, brings back the objects. */
const MOST_ATTEMPTS = 3;

/** Reads all that a query asks for, within `session.use`. A property that vCenter refuses is a VimFault that names it. */
export async function retrieve(session: Session, collector: Ref, query: PropertyQuery): Promise<ObjectContent[]> {
  const call: VimCall = {
    object: collector,
    method: "RetrievePropertiesEx",
    arguments: { specSet: filterSpec(query), options: { maxObjects: PAGE_OBJECTS } },
  };
  for (let attempt = 1; ; attempt += 1) {
    const first = await session.send(call);
    try {
      return await allPages(session, collector, first);
    } catch (error) {
      const isLost = error instanceof VcenterError && error.canRetry;
      if (!isLost || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function allPages(session: Session, collector: Ref, first: VimTree | undefined): Promise<ObjectContent[]> {
  const found: ObjectContent[] = [];
  for (let page = first; ; ) {
    const { objects, token } = nodeOf(page);
    found.push(...listOf(objects).map((object) => readContent(session, nodeOf(object))));
    const next = textOf(token);
    if (next === undefined) return found;
    const call = { object: collector, method: "ContinueRetrievePropertiesEx", arguments: { token: next } };
    page = await session.send(call, { isOnlyOnce: true });
  }
}

/** The query as vCenter's PropertyFilterSpec. */
export function filterSpec({ properties, from, along, isFromSkipped }: PropertyQuery): VimObject {
  return {
    propSet: Object.entries(properties).map(([type, pathSet]) => ({ type, all: false, pathSet })),
    objectSet: from.map((obj) => ({ obj, skip: isFromSkipped ?? false, selectSet: along?.map(selection) })),
  };
}

function selection(way: Traversal | string): VimObject {
  if (typeof way === "string") return { $type: "SelectionSpec", name: way };
  const { name, type, path, isSkipped, along } = way;
  return { $type: "TraversalSpec", name, type, path, skip: isSkipped ?? false, selectSet: along?.map(selection) };
}

function readContent({ label }: Session, { obj, propSet, missingSet }: VimNode): ObjectContent {
  const object = obj as Ref;
  const [missing] = listOf(missingSet).map(nodeOf);
  if (missing !== undefined)
    throw new VimFault(label, { object, method: `reading ${textOf(missing.path)}` }, localizedFault(missing.fault));
  const properties = listOf(propSet)
    .map(nodeOf)
    .flatMap(({ name, val }): [string, VimTree][] =>
      typeof name === "string" && val !== undefined ? [[name, val]] : [],
    );
  return { object, properties: Object.fromEntries(properties) };
}
