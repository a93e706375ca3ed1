// What vCenter answered to a call: the value or a fault; or that it is not vCenter which answered. Pure.
import type { VimCall, VimNode, VimTree } from "../../model/vim.js";
import { printable } from "../printable.js";
import type { PostAnswer } from "./post.js";
import { readChildren, readTree } from "./readTree.js";
import { readXml, type XmlElement } from "./readXml.js";
import { type SaidFault, VimFault } from "./soapFault.js";
import { VcenterError } from "./vcenterError.js";

const ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
/** What a gateway says while the services behind it start or are overloaded. */
const STARTING = [502, 503, 504];

/** The returned value, undefined for a method that returns nothing. Throws VimFaults, and VcenterErrors of "answer" and "unreachable". */
export function readAnswer(label: string, call: VimCall, answer: PostAnswer): VimTree | undefined {
  const body = parseBody(label, call, answer);
  const [content] = body.children;
  if (content?.namespace === ENVELOPE && content.name === "Fault") throw new VimFault(label, call, readFault(content));
  if (content?.name !== `${call.method}Response`)
    throw new VcenterError(
      "answer",
      `${label}: its answer to ${call.method} is not one (it holds ${content?.name ?? "nothing"}). Check what stands between.`,
    );
  return readChildren(content, "returnval");
}

function readFault(element: XmlElement): SaidFault {
  const child = (name: string) => element.children.find((each) => each.name === name);
  const detail = child("detail")?.children[0];
  const tree = detail === undefined ? undefined : readTree(detail);
  const content: VimNode = typeof tree === "object" && !Array.isArray(tree) ? (tree as VimNode) : {};
  // Without an xsi:type the element's name tells it: InvalidLoginFault.
  const type = content.$type ?? detail?.name.replace(/Fault$/, "");
  return {
    message: child("faultstring")?.text ?? "",
    detail: type === undefined ? content : { ...content, $type: type },
  };
}

function parseBody(label: string, call: VimCall, answer: PostAnswer): XmlElement {
  const envelope = parseEnvelope(label, call, answer);
  const body = envelope?.children.find(({ namespace, name }) => namespace === ENVELOPE && name === "Body");
  if (body === undefined) throw notVcenter(label, answer);
  return body;
}

function parseEnvelope(label: string, { method }: VimCall, answer: PostAnswer): XmlElement | undefined {
  const { status, text } = answer;
  if (status !== 200 && status !== 500) throw notVcenter(label, answer);
  if (!/^\s*(<\?xml|<[\w.-]*:?Envelope)/i.test(text.replace(/^\uFEFF/, ""))) throw notVcenter(label, answer);
  try {
    const root = readXml(text);
    return root.namespace === ENVELOPE && root.name === "Envelope" ? root : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new VcenterError(
      "answer",
      `${label}: its answer to ${method} cannot be read: ${printable(reason)} (${text.length} characters). Check what stands between.`,
      true,
    );
  }
}

function notVcenter(label: string, { status, contentType, location, text }: PostAnswer): VcenterError {
  if (STARTING.includes(status))
    return new VcenterError(
      "unreachable",
      `${label}: its services are not ready (HTTP ${status}). A vCenter that was just started needs some minutes.`,
      true,
    );
  const title = /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1];
  const kind = contentType.split(";")[0] || "no type";
  const to =
    location === undefined ? "" : `, a redirection to ${printable(location).slice(0, 200)}, which is not followed`;
  return new VcenterError(
    "answer",
    `${label}: what answers is not vCenter's SOAP service: HTTP ${status}, ${printable(kind)}${title === undefined ? "" : `, titled "${printable(title)}"`}${to}. Check VSPHERE_SERVER (or vsphere:vsphereServer), and proxies on the way.`,
  );
}
