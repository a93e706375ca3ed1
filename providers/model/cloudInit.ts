// CloudInit: what a Linux guest gets at its first start, before anybody can reach it. Pure.
import { z } from "zod";
import * as field from "./field.js";

/** Of several labels no later one begins with a digit, so an IP address is none. */
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

export const CloudInitSpec = z.strictObject({
  hostname: field
    .described(
      z.string().regex(HOST_NAME),
      "Name that cloud-init gives the guest. Default: none, the guest keeps the one that it has.",
      "a host name such as db-01 or db-01.example.net",
    )
    .optional(),
});
