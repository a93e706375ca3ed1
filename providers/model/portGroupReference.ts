// How the file names a port group of a switch: `vs0/app`. Pure.
import { z } from "zod";
import * as field from "./field.js";

/** A virtual or distributed switch and one of its port groups. */
export const portGroupReference = field.described(
  // On Hyper-V a switch may have a name with blanks.
  z.string().regex(new RegExp(`${field.WINDOWS_NAME.source.slice(0, -1)}/${field.NAME.source.slice(1)}`, "u")),
  "Virtual switch and port group.",
  "switch/port group, such as vs0/app",
);
