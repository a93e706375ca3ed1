// Ways through vCenter's inventory, for questions about many objects at once. Pure data.
import type { Ref, Traversal } from "../../model/vim.js";

/** From the root folder to every object of these types, with the folders and datacenters in between only as the way. */
export function inventoryWays(ends: {
  readonly hosts?: boolean;
  readonly networks?: boolean;
  readonly vms?: boolean;
}): Traversal[] {
  const below: (Traversal | string)[] = ["folder"];
  const datacenter = (path: string): Traversal => ({ type: "Datacenter", path, isSkipped: true, along: ["folder"] });
  if (ends.hosts) below.push(datacenter("hostFolder"), { type: "ComputeResource", path: "host" });
  if (ends.networks) below.push(datacenter("networkFolder"));
  if (ends.vms) below.push(datacenter("vmFolder"));
  return [{ name: "folder", type: "Folder", path: "childEntity", along: below }];
}

/** The singleton that the session knows by this name; every vCenter has those that are asked for here. */
export function singleton(content: Readonly<Record<string, Ref>>, name: string): Ref {
  const ref = content[name];
  if (!ref) throw new Error(`this vCenter has no ${name}: it is none, or one older than 7.0`);
  return ref;
}
