// What of a Linux guest's model the kernel or its renderer can't do. Pure.
import { portDevice, vlanDevice } from "../../model/guestDevice.js";
import type { Path, Problem } from "../../model/problem.js";
import type { Guest } from "../../model/virtualMachine.js";
import { withoutInherited } from "../linux/sorted.js";
import { rendererProblems, teamProblems, toProblems } from "../linux/unsupported.js";
import { cloudInitUnsupported } from "./cloudInit/unsupported.js";
import { toGuestWords } from "./toWords.js";

export function guestUnsupported(guest: Guest, path: Path): Problem[] {
  const problems = guest.bonds.flatMap((bond) => teamProblems(bond, [...path, "bonds", bond.name]));
  // A team without a word has none to ask the renderer about.
  if (problems.length > 0) return problems;
  const words = withoutInherited(toGuestWords(guest));
  const place = ({ device }: { readonly device: string }) => [...path, ...placeOf(guest, device)];
  return [
    ...rendererProblems(guest.renderer, words, place),
    ...(guest.cloudInit === undefined
      ? []
      : [
          ...toProblems(cloudInitUnsupported(guest.cloudInit.renderer, words), place),
          ...unfoundByCloudInit(guest, path),
        ]),
  ];
}

/** Source: cloud-init's network-config version 2, `match`; it gives names by MAC addresses alone. */
function unfoundByCloudInit({ ports }: Guest, path: Path): Problem[] {
  return ports.flatMap(({ name, mac, guestPci }) =>
    guestPci === undefined || mac !== undefined
      ? []
      : [
          {
            rule: "unsupported",
            severity: "error" as const,
            path: [...path, "ports", name, "guestPci"],
            message: "cloud-init finds no port by its PCI path, so the first start would go without this one",
            found: guestPci,
            remedy:
              "Add mac, by which the first start finds it and the path every later one; or remove cloudInit and let up reach the guest in another way.",
          },
        ],
  );
}

/** Where the file has a device. */
function placeOf({ ports, bonds }: Guest, device: string): Path {
  const lower = [
    ...ports.map((port) => ({ name: portDevice(port), at: ["ports", port.name], vlans: port.vlans })),
    ...bonds.map(({ name, vlans }) => ({ name, at: ["bonds", name], vlans })),
  ];
  for (const { name, at, vlans } of lower) {
    if (name === device) return at;
    const over = vlans.find(({ vlan }) => vlanDevice(name, vlan) === device);
    if (over) return [...at, "interfaces", over.network.name];
  }
  return [];
}
