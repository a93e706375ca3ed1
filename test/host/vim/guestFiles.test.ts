// Files of a guest: where a URL of vCenter's leads to, whose certificate is accepted there, and that a URL, which has a ticket in it, stands in no
// message. Servers of this process on loopback.
import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateOf, judgeEsxi, unreachableEsxi } from "../../../providers/host/vim/esxiCertificate.js";
import { GuestFiles } from "../../../providers/host/vim/guestFiles.js";
import { PeerAgent } from "../../../providers/host/vim/tlsSocket.js";
import { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import { makeCertificate, type TestCertificate } from "./testVcenter.js";

const ESX = { host: "esx-01.example.net", port: 443, label: "ESXi host esx-01.example.net" };
const TICKET = "52f3-secret-ticket";

let own: TestCertificate;
let other: TestCertificate;
beforeAll(() => {
  own = makeCertificate();
  other = makeCertificate();
});

/** As vCenter sends an array of bytes: each a number of its own, from -128 on. */
const bytesOf = (certificate: string | Buffer) =>
  [...Buffer.from(certificate as string)].map((byte) => String(byte > 127 ? byte - 256 : byte));
const shown = ({ cert }: TestCertificate) => {
  const { fingerprint, fingerprint256 } = new X509Certificate(cert);
  return { fingerprint, fingerprint256, subject: { CN: "localhost" }, valid_from: "", valid_to: "" } as never;
};

describe("what vCenter tells of a host's certificate", () => {
  it("is all of it, or a thumbprint, or nothing", () => {
    const { fingerprint, fingerprint256 } = new X509Certificate(own.cert);
    const thumbprint = { "summary.config.sslThumbprint": fingerprint };
    expect(certificateOf({ "config.certificate": bytesOf(own.cert), ...thumbprint })).toEqual({
      algorithm: "SHA-256",
      value: fingerprint256,
    });
    expect(certificateOf({ "config.certificate": bytesOf(new X509Certificate(own.cert).raw) })).toMatchObject({
      value: fingerprint256,
    });
    const short = { algorithm: "SHA-1", value: fingerprint };
    expect(certificateOf(thumbprint)).toEqual(short);
    expect(certificateOf({ "config.certificate": bytesOf("none"), ...thumbprint })).toEqual(short);
    expect(certificateOf({})).toBeUndefined();
    expect(certificateOf({ "summary.config.sslThumbprint": "none" })).toBeUndefined();
  });

  it("lets that one in, and one that verifies, and no other", () => {
    const known = certificateOf({ "config.certificate": bytesOf(own.cert) });
    const short = certificateOf({ "summary.config.sslThumbprint": new X509Certificate(own.cert).fingerprint });
    const problem = "DEPTH_ZERO_SELF_SIGNED_CERT";
    const judge = (from: TestCertificate, pinned: typeof known, why: string | undefined = problem) =>
      judgeEsxi(ESX, { certificate: shown(from), problem: why }, pinned)?.message;
    expect(judge(own, known)).toBeUndefined();
    expect(judge(own, short)).toBeUndefined();
    expect(judge(other, known, "")).toBeDefined();
    expect(judgeEsxi(ESX, { certificate: shown(other), problem: undefined }, known)).toBeUndefined();
    for (const pinned of [known, short])
      expect(judge(other, pinned)).toMatch(
        /is not the one that vCenter has .*answering in its place.*No file was sent/,
      );
    expect(judge(own, undefined)).toMatch(/vCenter does not tell which one is the host's.*trusted roots/);
    expect(judgeEsxi(ESX, { certificate: {} as never, problem: undefined }, known)?.message).toMatch(/no certificate/);
  });
});

it.each(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH"])(
  "a host that is not reached (%s): files go there and not through vCenter",
  (code) => {
    const { kind, message } = unreachableEsxi(ESX, { code, message: "" }, 15);
    expect(kind).toBe("unreachable");
    expect(message).toMatch(/^ESXi host esx-01\.example\.net: cannot be reached: .* go to its ESXi host itself/);
  },
);

describe("a URL", () => {
  const servers: Server[] = [];
  const asked: string[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  async function serve(name: string, certificate: TestCertificate, status = 200): Promise<number> {
    const server = createServer(certificate, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        asked.push(`${name} ${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
        response.writeHead(status).end("x".repeat(10));
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Files by way of a vCenter at this port, which has its own certificate, and knows that of its host. */
  function filesAt(port: number): GuestFiles {
    const address = { host: "127.0.0.1", port, label: "vCenter vc" };
    const explain = () => new VcenterError("unreachable", "away");
    const agent = new PeerAgent({ ...address, connectTimeoutSeconds: 5, judge: () => undefined, explain });
    return new GuestFiles({ address, agent }, certificateOf({ "config.certificate": bytesOf(own.cert) }));
  }

  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => new Error("it went well"),
      (error: Error) => error,
    );

  it("leads to vCenter for * and its own name, and to an ESXi host for any other", async () => {
    const [vcenter, esx] = [await serve("vcenter", other), await serve("esx", own)];
    const files = filesAt(vcenter);
    const path = `/guestFile?id=1&token=${TICKET}`;
    await files.put(`https://*:443${path}`, Buffer.from("1"));
    await files.put(`https://127.0.0.1:${vcenter}${path}`, Buffer.from("2"));
    await files.put(`https://localhost:${esx}${path}`, Buffer.from("3"));
    expect((await files.get(`https://127.0.0.1:${esx}${path}`, 10)).toString()).toBe("xxxxxxxxxx");
    expect(asked).toEqual([`vcenter PUT ${path} 1`, `vcenter PUT ${path} 2`, `esx PUT ${path} 3`, `esx GET ${path} `]);
    files.close();
  });

  it("stands in no message, whatever goes wrong there", async () => {
    const [stranger, refusing, esx] = [
      await serve("stranger", other),
      await serve("no", own, 500),
      await serve("esx", own),
    ];
    asked.length = 0;
    const files = filesAt(1);
    const errors = await Promise.all(
      [
        files.put(`https://localhost:${stranger}/guestFile?token=${TICKET}`, Buffer.from("secret")),
        files.put(`https://localhost:${refusing}/guestFile?token=${TICKET}`, Buffer.from("x")),
        files.get(`https://localhost:${esx}/guestFile?token=${TICKET}`, 9),
        files.get(`https://localhost:1/guestFile?token=${TICKET}`, 9),
        files.get(`http://localhost:${esx}/guestFile?token=${TICKET}`, 9),
        files.get(`https://user:${TICKET}@localhost/guestFile`, 9),
        files.get(`https://localhost:${esx}/guest File?token=${TICKET}`, 9),
      ].map(failureOf),
    );
    const messages = errors.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining("its certificate does not verify here (DEPTH_ZERO_SELF_SIGNED_CERT)"),
      `ESXi host localhost:${refusing}: took or gave no file of the guest (HTTP 500).`,
      `ESXi host localhost:${esx}: a file of the guest has more than 9 bytes.`,
      expect.stringContaining("ESXi host localhost:1: cannot be reached: nothing listens on port 1"),
      ...Array(3).fill("vCenter vc: where it wants a file of the guest sent to is no https URL."),
    ]);
    expect(messages.join()).not.toContain("secret");
    expect(asked.join()).not.toContain("stranger");
    files.close();
  });
});
