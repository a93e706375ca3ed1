// One request to vCenter and its answer, with a deadline over all of it. I/O.
import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { unreachable } from "./unreachableVcenter.js";
import type { VcenterAddress } from "./vcenterAddress.js";
import { VcenterError } from "./vcenterError.js";

/** Far above the largest answer of a vCenter; a server that never stops sending must not fill the memory. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** What to send. */
export interface PostRequest {
  readonly address: VcenterAddress;
  readonly agent: Agent;
  /** For messages: the method. */
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutSeconds: number;
}

/** What came back, whatever its status. */
export interface PostAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** Sends a body to /sdk. Throws VcenterErrors of the kinds "unreachable", "certificate", "timeout" and "answer". */
export function post(ask: PostRequest): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const { address, agent, timeoutSeconds, body } = ask;
    const sent = request({
      host: address.host,
      port: address.port,
      agent,
      method: "POST",
      path: "/sdk",
      headers: { ...ask.headers, "Content-Length": Buffer.byteLength(body) },
    });
    // A request gets its socket when the certificate was accepted: what fails before has sent nothing.
    let hasSocket = false;
    const fail = (error: Error) => {
      clearTimeout(deadline);
      sent.destroy();
      const { kind, message } = error instanceof VcenterError ? error : unreachable(address, error, timeoutSeconds);
      reject(new VcenterError(kind, message, hasSocket));
    };
    const deadline = setTimeout(() => fail(tooLate(ask)), timeoutSeconds * 1000);
    sent.once("socket", () => {
      hasSocket = true;
    });
    sent.once("response", (response) => {
      readBody(response, ask).then((text) => {
        clearTimeout(deadline);
        resolve(toAnswer(response, text));
      }, fail);
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

function readBody(response: IncomingMessage, { address, method }: PostRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES)
        reject(
          new VcenterError(
            "answer",
            `${address.label}: its answer to ${method} has more than ${MAX_ANSWER_BYTES >> 20} MB.`,
          ),
        );
    });
    response.once("error", reject);
    response.once("end", () => {
      try {
        resolve(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
      } catch {
        reject(new VcenterError("answer", `${address.label}: its answer to ${method} is not UTF-8 text.`));
      }
    });
  });
}

function toAnswer({ statusCode = 0, headers }: IncomingMessage, text: string): PostAnswer {
  return {
    status: statusCode,
    contentType: headers["content-type"] ?? "",
    location: headers.location,
    cookies: headers["set-cookie"] ?? [],
    text,
  };
}

function tooLate({ address, method, timeoutSeconds }: PostRequest): VcenterError {
  return new VcenterError("timeout", `${address.label}: no answer to ${method} within ${timeoutSeconds} s.`);
}
