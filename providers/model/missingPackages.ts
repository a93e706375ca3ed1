// What happens where a machine lacks a program that its part of the file takes. Pure.
import * as field from "./field.js";

const MISSING_PACKAGES = ["refuse", "install"] as const;
export type MissingPackages = (typeof MISSING_PACKAGES)[number];

export const DEFAULT_MISSING_PACKAGES: MissingPackages = "refuse";

export const missingPackages = field.choice(
  MISSING_PACKAGES,
  "What to do when the machine lacks a program that is needed (kvm and guests): refuse, with the command that installs it, or install its package with apt-get, dnf or zypper before anything is changed. What was installed stays. Default refuse.",
);
