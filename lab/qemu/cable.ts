// A cable between the host and the switch, and the ways in which it can fail. I/O.
import { runScriptOn } from "../netns/machine";
import type { ProcessRecord } from "../netns/processRecord";
import { backendOf, type CableNumber, deviceOf, nicOf, portOf } from "./emulator";
import { sendQmp } from "./qmp";

/** What carries the cable: QEMU the host's end, a network namespace the switch's. */
export interface CableEnds {
  readonly qmpSocket: string;
  readonly rack: ProcessRecord;
}

// A switch forgets the addresses behind a port that loses its link. Open vSwitch does not, and learns them once more from the counters
// of flows that it had: these have to go first.
const loseLink = (port: string) => `ip link set ${port} down
ovs-appctl --timeout=5 revalidator/purge
ovs-appctl --timeout=5 fdb/flush`;

/** One cable. Each failure replaces the one before; a new or rolled-back host has all cables plugged in. */
export class EmulatedCable {
  constructor(
    private readonly cable: CableNumber,
    private readonly ends: CableEnds,
  ) {}

  /** The host's NIC. */
  get nic(): string {
    return nicOf(this.cable);
  }

  /** The switch's port. */
  get port(): string {
    return portOf(this.cable);
  }

  /** Out of both sockets: both ends see it at once. */
  pull(): Promise<void> {
    return this.set({ hostLink: false, switchLink: false, isSilent: false });
  }

  /** A broken fibre of two: the host has no link, the switch still has. */
  pullAtHost(): Promise<void> {
    return this.set({ hostLink: false, switchLink: true, isSilent: false });
  }

  /** The other fibre: the switch has no link, the host still has. */
  pullAtSwitch(): Promise<void> {
    return this.set({ hostLink: true, switchLink: false, isSilent: false });
  }

  /** Both ends have a link, as with a media converter between them, and nothing passes. */
  silence(): Promise<void> {
    return this.set({ hostLink: true, switchLink: true, isSilent: true });
  }

  /** Whole again. */
  plug(): Promise<void> {
    return this.set({ hostLink: true, switchLink: true, isSilent: false });
  }

  private async set(state: {
    readonly hostLink: boolean;
    readonly switchLink: boolean;
    readonly isSilent: boolean;
  }): Promise<void> {
    const { qmpSocket, rack } = this.ends;
    await this.setSilent(state.isSilent);
    // A cable is out of both sockets in one moment, as near as two programs come to it.
    await Promise.all([
      sendQmp(qmpSocket, "set_link", { name: deviceOf(this.cable), up: state.hostLink }),
      runScriptOn(rack, state.switchLink ? `ip link set ${this.port} up` : loseLink(this.port)),
    ]);
  }

  // A filter of QEMU's that hands on all packets of both directions to a device that forgets them.
  private async setSilent(isSilent: boolean): Promise<void> {
    const { qmpSocket } = this.ends;
    const [filter, nowhere] = [`silence${this.cable}`, `nowhere${this.cable}`];
    const objects = (await sendQmp(qmpSocket, "qom-list", { path: "/objects" })) as readonly {
      readonly name: string;
    }[];
    if (objects.some(({ name }) => name === filter) === isSilent) return;
    if (!isSilent) {
      await sendQmp(qmpSocket, "object-del", { id: filter });
      await sendQmp(qmpSocket, "chardev-remove", { id: nowhere });
      return;
    }
    await sendQmp(qmpSocket, "chardev-add", { id: nowhere, backend: { type: "null", data: {} } });
    const redirect = { netdev: backendOf(this.cable), queue: "all", outdev: nowhere };
    await sendQmp(qmpSocket, "object-add", { "qom-type": "filter-redirector", id: filter, ...redirect });
  }
}
