// A value as it comes back when vCenter says what it was told: through the real writer and reader of SOAP.
import { readChildren } from "../../../providers/host/vim/readTree.js";
import { readXml } from "../../../providers/host/vim/readXml.js";
import { writeCall } from "../../../providers/host/vim/writeCall.js";
import type { VimObject, VimTree } from "../../../providers/model/vim.js";

export function overTheWire(value: VimObject): VimTree | undefined {
  const xml = writeCall({ object: { type: "T", value: "t" }, method: "M", arguments: { value } });
  const method = readXml(xml).children[0]?.children[0];
  return method && readChildren(method, "value");
}
