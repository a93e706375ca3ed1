// How a dynamic provider tells the engine that a resource is there although its change failed. Pure.

/** Added to the error: the engine keeps the resource with these properties, and tries again with the next update. */
export function failed(id: string, properties: object, reason: string): object {
  return { id, properties, reasons: [reason] };
}

/** The code that the state runs to delete the resource: Pulumi adds it to what a method returns, not to what it throws. */
export function codeOf({ __provider }: Record<string, unknown>): object {
  return { __provider };
}
