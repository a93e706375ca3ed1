// What vCenter says about itself before any login: version and the references of its managers. I/O through the exchange.
import { isRef, type Ref } from "../../model/vim.js";
import { printable } from "../printable.js";
import type { Exchange } from "./exchange.js";
import { nodeOf, textOf } from "./treeParts.js";
import { VcenterError } from "./vcenterError.js";
import { compareVersions, OLDEST_SPOKEN, versionToSpeak } from "./vimVersion.js";

/** Who answers. */
export interface About {
  /** "VMware vCenter Server 8.0.3 build-24022515". */
  readonly fullName: string;
  /** "8.0.3". */
  readonly version: string;
  readonly build: string;
  /** "8.0.3.0". */
  readonly apiVersion: string;
  readonly instanceUuid: string;
}

/** ServiceContent. */
export interface ServiceContent {
  readonly about: About;
  readonly refs: Readonly<Record<string, Ref>>;
}

/** Asks, and makes the exchange speak what vCenter speaks. Throws for what is no vCenter or too old. */
export async function readServiceContent(exchange: Exchange): Promise<ServiceContent> {
  const object = { type: "ServiceInstance", value: "ServiceInstance" };
  const { value } = await exchange.call({ object, method: "RetrieveServiceContent", arguments: {} }, {});
  const content = nodeOf(value);
  const refs = Object.entries(content).filter((entry): entry is [string, Ref] => isRef(entry[1]));
  const facts = nodeOf(content.about);
  const text = (name: string) => printable(textOf(facts[name]) ?? "");
  const about: About = {
    fullName: text("fullName"),
    version: text("version"),
    build: text("build"),
    apiVersion: text("apiVersion"),
    instanceUuid: text("instanceUuid"),
  };
  refuseOthers(exchange.settings.address.label, text("apiType"), about);
  exchange.version = versionToSpeak(about.apiVersion);
  return { about, refs: Object.fromEntries(refs) };
}

function refuseOthers(label: string, apiType: string, { fullName, apiVersion }: About): void {
  if (apiType !== "VirtualCenter")
    throw new VcenterError(
      "answer",
      `${label}: is not a vCenter but ${fullName || "something else"}. Set VSPHERE_SERVER (or vsphere:vsphereServer) to the vCenter that manages the hosts.`,
    );
  if (!/^\d+(\.\d+)*$/.test(apiVersion) || compareVersions(apiVersion, OLDEST_SPOKEN) < 0)
    throw new VcenterError(
      "answer",
      `${label}: speaks version "${apiVersion}" of the API (${fullName}); multiport needs vCenter 7.0 or newer.`,
    );
}
