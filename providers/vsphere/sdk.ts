// @pulumi/vsphere, loaded when the first vSphere object is declared: a program without any does not need the package.
import * as pulumi from "@pulumi/pulumi";

type Sdk = typeof import("@pulumi/vsphere");

/** The user's release of the package. Errors: a RunError that says how to get it. */
export function vsphereSdk(): Sdk {
  try {
    return require("@pulumi/vsphere") as Sdk;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new pulumi.RunError(
      "The package @pulumi/vsphere is not installed. It declares the distributed switches of the environment. Get it with: npm install @pulumi/vsphere@4",
    );
  }
}
