// Which vCenter a project speaks with: the vSphere provider's own settings, and the certificate's thumbprint. Pure.
import type { VcenterTarget } from "./connectVcenter.js";
import { VcenterError } from "./vcenterError.js";

/** Where settings are looked up. */
export interface VcenterSources {
  /** Value of a configuration key with its namespace ("vsphere:user"), undefined where it is not set. */
  readonly config: (key: string) => string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const SETTINGS = {
  server: ["vsphere:vsphereServer", "VSPHERE_SERVER"],
  user: ["vsphere:user", "VSPHERE_USER"],
  password: ["vsphere:password", "VSPHERE_PASSWORD"],
  thumbprint: ["multiport:vcenterThumbprint", "MULTIPORT_VCENTER_THUMBPRINT"],
} as const;

/** The target; configuration before environment, as the provider does it. Throws one VcenterError for all that is missing. */
export function resolveVcenter({ config, environment }: VcenterSources): VcenterTarget {
  const find = (name: keyof typeof SETTINGS) =>
    config(SETTINGS[name][0]) || environment[SETTINGS[name][1]] || undefined;
  const required = { server: find("server"), user: find("user"), password: find("password") };
  const missing = (["server", "user", "password"] as const).filter((name) => required[name] === undefined);
  if (missing.length > 0) throw new VcenterError("invalid", missingWords(missing));
  const { server = "", user = "", password = "" } = required;
  const thumbprint = find("thumbprint");
  return { server, user, password, ...(thumbprint === undefined ? {} : { thumbprint }) };
}

function missingWords(missing: readonly ("server" | "user" | "password")[]): string {
  const ways = missing.map((name) => {
    const [key, variable] = SETTINGS[name];
    return `${variable} (or: pulumi config set ${name === "password" ? "--secret " : ""}${key})`;
  });
  return `which vCenter to speak with is not set: set ${ways.join(", ")}.`;
}
