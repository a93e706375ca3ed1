// What travels between a vCenter driver and vCenter: object references, calls, queries and the trees that come back. Pure.

/** A managed object reference: {type: "HostSystem", value: "host-21"}. */
export interface Ref {
  readonly type: string;
  readonly value: string;
}

/**
 * What a call sends. A list is the element repeated; undefined and an empty list are left out. An object of exactly `type`
 * and `value`, both text, is a {@link Ref}: a data object that looks like one has to carry its `$type`.
 */
export type VimValue = string | number | boolean | Ref | VimObject | readonly VimValue[] | undefined;

/**
 * A data object: its elements in wire order, which vCenter insists on. `$type` is its xsi:type, needed wherever the API
 * takes several types. `$text` makes it a typed leaf for elements of any type: {$type: "xsd:string", $text: "false"}.
 */
export interface VimObject {
  readonly $type?: string;
  readonly $text?: string | number | boolean;
  readonly [element: string]: VimValue;
}

/** One method of one object, with the arguments after `_this` in wire order. */
export interface VimCall {
  readonly object: Ref;
  readonly method: string;
  readonly arguments: VimObject;
}

/**
 * What came back. Leaves are text. A list of one and a single value look alike, and so do an empty object and empty text:
 * the schemas of vimFields.ts tell them apart.
 */
export type VimTree = string | Ref | VimNode | readonly VimTree[];

/** A data object that came back; `$type` where vCenter said it. */
export interface VimNode {
  readonly $type?: string;
  readonly [element: string]: VimTree | undefined;
}

/** Which properties of which objects to read, in one question. */
export interface PropertyQuery {
  /** Property paths by object type, which may be a parent type: {HostSystem: ["name", "config.network"]}. */
  readonly properties: Readonly<Record<string, readonly string[]>>;
  /** Where the search begins. */
  readonly from: readonly Ref[];
  /** The ways on from there; none: the objects themselves are read. */
  readonly along?: readonly Traversal[];
  /** The objects of `from` are only the way, and not read. */
  readonly isFromSkipped?: boolean;
}

/** One way from an object to others: the property that holds their references. */
export interface Traversal {
  /** For `along` of this or another traversal to refer to, which makes recursion. */
  readonly name?: string;
  /** Type of the object whose property it is. */
  readonly type: string;
  readonly path: string;
  /** What it leads to is only the way, and not read. */
  readonly isSkipped?: boolean;
  /** The ways on, or the names of such. */
  readonly along?: readonly (Traversal | string)[];
}

/** The properties that were read of one object. One that is not set is absent; one of a list type is always a list. */
export interface ObjectContent {
  readonly object: Ref;
  readonly properties: Readonly<Record<string, VimTree>>;
}

/** How a reference stands in messages: HostSystem:host-21. */
export function formatRef({ type, value }: Ref): string {
  return `${type}:${value}`;
}

/** Exactly a reference: both texts and nothing beside them. */
export function isRef(value: unknown): value is Ref {
  if (typeof value !== "object" || value === null) return false;
  const { type, value: id } = value as Partial<Ref>;
  return typeof type === "string" && typeof id === "string" && Object.keys(value).length === 2;
}
