// Linux guests: the driver, whose one layer is that of the kernel's network devices. Pure.
import type { Guest } from "../../model/virtualMachine.js";
import type { Driver } from "../driver.js";
import { linuxLayer } from "../linux/index.js";
import { cloudInitSeed } from "./cloudInit/index.js";
import { toGuestWords } from "./toWords.js";
import { guestUnsupported } from "./unsupported.js";

export const linuxInGuest = linuxLayer<Guest>({ unsupported: guestUnsupported, toWords: toGuestWords });

export const linuxGuests: Driver<Guest> = {
  name: "linuxGuest",
  kind: "Linux guest",
  token: { module: "linux", type: "Guest" },
  version: 1,
  shell: "sh",
  layers: [linuxInGuest],
  machines: ({ virtualMachines }) =>
    virtualMachines.flatMap(({ guest }) => (guest ? [{ machine: guest, path: ["vms", guest.name] }] : [])),
  started: "kvm/cloudInit/started.sh",
  seed: cloudInitSeed,
};
