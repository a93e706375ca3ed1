// Where the vCenter and its credentials come from, and what is said when they are missing.
import { expect, it } from "vitest";
import { resolveVcenter } from "../../../providers/host/vim/vcenterSettings.js";

const resolve = (config: Record<string, string>, environment: Record<string, string> = {}) =>
  resolveVcenter({ config: (key) => config[key], environment });

const ENVIRONMENT = { VSPHERE_SERVER: "vc", VSPHERE_USER: "u", VSPHERE_PASSWORD: "p" };

it("takes the environment", () => {
  expect(resolve({}, ENVIRONMENT)).toEqual({ server: "vc", user: "u", password: "p" });
  expect(resolve({}, { ...ENVIRONMENT, MULTIPORT_VCENTER_THUMBPRINT: "AB" })).toMatchObject({ thumbprint: "AB" });
});

it("takes the provider's configuration before the environment", () => {
  const config = { "vsphere:vsphereServer": "vc2", "vsphere:user": "u2", "multiport:vcenterThumbprint": "CD" };
  const environment = { ...ENVIRONMENT, MULTIPORT_VCENTER_THUMBPRINT: "AB" };
  expect(resolve(config, environment)).toEqual({ server: "vc2", user: "u2", password: "p", thumbprint: "CD" });
});

it("names all that is missing at once, with both ways to set it", () => {
  expect(() => resolve({ "vsphere:user": "u" }, { VSPHERE_SERVER: "" })).toThrow(
    "which vCenter to speak with is not set: set VSPHERE_SERVER (or: pulumi config set vsphere:vsphereServer), VSPHERE_PASSWORD (or: pulumi config set --secret vsphere:password).",
  );
});
