// How the file names a port group of a switch: `vs0/app`. Pure.
import { z } from "zod";
import * as field from "./field.js";

/** A virtual or distributed switch and one of its port groups. */
export const portGroupReference = field.described(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
  "Virtual switch and port group.",
  "switch/port group, such as vs0/app",
);
