// The cable between clients and the SSH server: while the host cannot be reached, nothing passes. I/O.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface CableOptions {
  /** Port of the server behind it, on loopback. */
  readonly target: number;
  /** Where clients come in; 0: any free port. */
  readonly port: number;
  readonly isOpen: () => boolean;
  /** What becomes of connections while it is not: they wait, or are lost (SH-04). */
  readonly outage: "stall" | "cut";
}

/** Milliseconds between two looks at whether the host can be reached. */
const LOOK_MS = 20;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export class Cable {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private timer: NodeJS.Timeout | undefined;
  private isOpen = true;

  static async open(options: CableOptions): Promise<Cable> {
    const cable = new Cable(options);
    await new Promise<void>((resolve, reject) => {
      cable.server.once("error", reject);
      cable.server.listen(options.port, "127.0.0.1", resolve);
    });
    cable.timer = setInterval(() => cable.look(), LOOK_MS);
    return cable;
  }

  private constructor(private readonly options: CableOptions) {
    this.server = createServer({ pauseOnConnect: true }, (client) => this.accept(client));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Every connection is lost. */
  cut(): void {
    for (const { client, server } of this.pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    this.pairs.clear();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(client: Socket): void {
    client.on("error", () => {});
    this.look();
    if (!this.isOpen) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.options.target, "127.0.0.1");
    const pair = { client, server };
    this.pairs.add(pair);
    const end = (other: Socket) => () => {
      this.pairs.delete(pair);
      other.destroy();
    };
    server.on("error", () => {});
    client.on("data", (bytes) => this.pass(bytes, client, server));
    server.on("data", (bytes) => this.pass(bytes, server, client));
    client.on("end", () => server.end());
    server.on("end", () => client.end());
    client.on("close", end(server));
    server.on("close", end(client));
    client.resume();
  }

  private pass(bytes: Buffer, from: Socket, to: Socket): void {
    if (!to.write(bytes)) {
      from.pause();
      to.once("drain", () => this.isOpen && from.resume());
    }
    this.look();
  }

  private look(): void {
    const isOpen = this.options.isOpen();
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    if (!isOpen && this.options.outage === "cut") this.cut();
    for (const { client, server } of this.pairs) {
      if (isOpen) {
        client.resume();
        server.resume();
      } else {
        client.pause();
        server.pause();
      }
    }
  }
}
