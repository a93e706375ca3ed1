// A VM of the environment in vSphere's words. Pure.
import type { NetworkCard, VsphereVm } from "../../../model/virtualMachine.js";
import type { CardWords, VmWords } from "./words.js";

export function toWords({ hostAddress, cards, passthrough, powerOff }: VsphereVm): VmWords {
  const isFixed = passthrough.length > 0 || cards.some(({ vf }) => vf);
  return {
    host: hostAddress,
    cards: Object.fromEntries(cards.map((card) => [card.port, toCard(card)])),
    order: cards.map(({ port }) => port),
    passthrough: Object.fromEntries(passthrough.map((device) => [device, true as const])),
    ...(isFixed ? { memoryLocked: true as const } : {}),
    powerOff,
  };
}

function toCard({ switch: switchName, switchKind, portGroup, mac, vf }: NetworkCard): CardWords {
  return {
    type: vf ? "sriov" : "vmxnet3",
    switchKind,
    switch: switchName,
    portGroup,
    ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
    ...(vf ? { pf: vf.uplink } : {}),
    ...(vf?.pci === undefined ? {} : { pci: vf.pci.toLowerCase() }),
  };
}
