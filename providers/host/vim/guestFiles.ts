// Files to and from a guest, at the URLs that vCenter gives: of the guest's ESXi host, or of vCenter itself. I/O.
import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { printable } from "../printable.js";
import { type EsxiAddress, judgeEsxi, unreachableEsxi } from "./esxiCertificate.js";
import type { Thumbprint } from "./thumbprint.js";
import { PeerAgent } from "./tlsSocket.js";
import type { Vcenter } from "./vcenter.js";
import { VcenterError } from "./vcenterError.js";

const CONNECT_SECONDS = 15;
const TRANSFER_SECONDS = 120;

/** Where a URL leads to. The URL itself has a ticket in it, which opens the file to whoever has it, and stands in no message. */
interface Place {
  readonly address: EsxiAddress;
  readonly agent: Agent;
  readonly path: string;
}

export class GuestFiles {
  private readonly agents = new Map<string, PeerAgent>();

  constructor(
    private readonly vcenter: Pick<Vcenter, "address" | "agent">,
    /** The certificate of the ESXi host that the VM is on, as vCenter has it. */
    private readonly certificate: Thumbprint | undefined,
  ) {}

  /** Throws VcenterErrors of the kinds "unreachable", "certificate", "timeout" and "answer". */
  async put(url: string, content: Buffer): Promise<void> {
    await send(this.placeOf(url), { method: "PUT", content, most: 64 * 1024 });
  }

  /** As `put`; of kind "answer" also for a file of more than so many bytes. */
  async get(url: string, most: number): Promise<Buffer> {
    return send(this.placeOf(url), { method: "GET", most });
  }

  /** Ends the connections to ESXi hosts. */
  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  /** `*` is the host that was asked for the URL. */
  private placeOf(url: string): Place {
    const { address, agent } = this.vcenter;
    const [, authority = "", path = ""] = /^https:\/\/([^/?#@]+)(\/.*)$/.exec(url) ?? [];
    const [, name = "", digits] = /^(\*|\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(authority) ?? [];
    const host = name.replace(/^\[|\]$/g, "").toLowerCase();
    if (host === "" || !/^[\x21-\x7e]+$/.test(path))
      throw new VcenterError("answer", `${address.label}: where it wants a file of the guest sent to is no https URL.`);
    if (host === "*" || host === address.host.toLowerCase()) {
      // Its own port too: there may be a port forwarding in between.
      const isSame = host === "*" || digits === undefined || Number(digits) === address.port;
      if (isSame) return { address, agent, path };
    }
    const port = digits === undefined ? 443 : Number(digits);
    const esxi = { host, port, label: `ESXi host ${printable(name)}${port === 443 ? "" : `:${port}`}` };
    return { address: esxi, agent: this.agentOf(esxi), path };
  }

  private agentOf(address: EsxiAddress): PeerAgent {
    const key = `${address.host} ${address.port}`;
    const known = this.agents.get(key);
    if (known) return known;
    const agent = new PeerAgent({
      ...address,
      connectTimeoutSeconds: CONNECT_SECONDS,
      judge: (presented) => judgeEsxi(address, presented, this.certificate),
      explain: (error) => unreachableEsxi(address, error, CONNECT_SECONDS),
    });
    this.agents.set(key, agent);
    return agent;
  }
}

interface Transfer {
  readonly method: "PUT" | "GET";
  readonly content?: Buffer;
  readonly most: number;
}

function send({ address, agent, path }: Place, { method, content, most }: Transfer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { host, port, label } = address;
    const type = content === undefined ? {} : { "Content-Type": "application/octet-stream" };
    const headers = { ...type, "Content-Length": content?.length ?? 0, "User-Agent": "multiport" };
    const sent = request({ host, port, agent, method, path, headers });
    const fail = (error: Error) => {
      clearTimeout(deadline);
      sent.destroy();
      const known = error instanceof VcenterError ? error : unreachableEsxi(address, error, CONNECT_SECONDS);
      reject(known);
    };
    const late = `${label}: a file of the guest was not through within ${TRANSFER_SECONDS} s.`;
    const deadline = setTimeout(() => fail(new VcenterError("timeout", late)), TRANSFER_SECONDS * 1000);
    sent.once("response", (response) => {
      read(response, { label, most }).then((body) => {
        clearTimeout(deadline);
        resolve(body);
      }, fail);
    });
    sent.on("error", fail);
    sent.end(content);
  });
}

function read(
  response: IncomingMessage,
  { label, most }: { readonly label: string; readonly most: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { statusCode = 0 } = response;
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > most) reject(new VcenterError("answer", `${label}: a file of the guest has more than ${most} bytes.`));
    });
    response.once("error", reject);
    response.once("end", () => {
      if (statusCode >= 200 && statusCode < 300) resolve(Buffer.concat(chunks));
      else reject(new VcenterError("answer", `${label}: took or gave no file of the guest (HTTP ${statusCode}).`));
    });
  });
}
