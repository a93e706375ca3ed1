// Certificates: nothing is sent to a server whose certificate does not verify, and the refusal says what to do.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectVcenter, type VcenterTarget } from "../../../providers/host/vim/connectVcenter.js";
import { parseThumbprint } from "../../../providers/host/vim/thumbprint.js";
import { parseAddress } from "../../../providers/host/vim/vcenterAddress.js";
import type { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import { failure, makeCertificate, startTestVcenter, type TestCertificate, type TestVcenter } from "./testVcenter.js";

const folder = mkdtempSync(join(tmpdir(), "test-roots-"));
const before = { ...process.env };
let unknown: TestCertificate;
let trusted: TestCertificate;
let expired: TestCertificate;
let otherName: TestCertificate;

beforeAll(() => {
  unknown = makeCertificate();
  trusted = makeCertificate();
  expired = makeCertificate({ days: -1 });
  otherName = makeCertificate({ name: "vc.example.net" });
  // The roots of this computer, for this file. They are read at the first connection.
  process.env.SSL_CERT_FILE = join(folder, "roots.pem");
  writeFileSync(process.env.SSL_CERT_FILE, [trusted, expired, otherName].map(({ cert }) => cert).join(""));
});

afterEach(() => {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
});

afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

const target = (server: TestVcenter, more: Partial<VcenterTarget> = {}) => ({
  server: server.server,
  user: "u",
  password: "topsecret",
  ...more,
});

/** What a refusal says, and that the server has seen nothing of the request. */
async function refusal(certificate: TestCertificate, more: Partial<VcenterTarget> = {}): Promise<string> {
  await using server = await startTestVcenter(certificate);
  const error = await failure<VcenterError>(connectVcenter(target(server, more)));
  expect(error.kind).toBe("certificate");
  expect(error.message).toContain(`vCenter localhost:${server.port}: `);
  expect(error.message).toContain("Nothing was sent to it.");
  expect(server.asked).toEqual([]);
  return error.message;
}

describe("a certificate", () => {
  it("that verifies against this computer's roots is accepted", async () => {
    await using server = await startTestVcenter(trusted);
    const vcenter = await connectVcenter(target(server));
    expect(vcenter.about.version).toBe("8.0.3");
    await vcenter.close();
  });

  it("that is unknown is refused with its thumbprints, subject and validity, and what to do", async () => {
    const { fingerprint, fingerprint256, validFrom, validTo } = new X509Certificate(unknown.cert);
    const text = await refusal(unknown);
    for (const part of [`SHA-256 ${fingerprint256}`, `SHA-1 ${fingerprint}`, "CN=localhost", validFrom, validTo])
      expect(text).toContain(part);
    expect(text).toContain(`pulumi config set multiport:vcenterThumbprint ${fingerprint256}`);
    expect(text).toContain("its own console");
    expect(text).toContain("signed by itself");
  });

  it("is judged even where Node is told not to", async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    await refusal(unknown);
  });

  it("that has expired is said to have expired", async () => {
    expect(await refusal(expired)).toContain(
      `has expired: it was valid until ${new X509Certificate(expired.cert).validTo}`,
    );
  });

  it("for another name is said to be for another name", async () => {
    expect(await refusal(otherName)).toContain(
      "is for another name: it has DNS:vc.example.net, but was asked for as localhost",
    );
  });
});

describe("a pinned thumbprint", () => {
  it.each(["fingerprint", "fingerprint256"] as const)(
    "accepts the certificate with that %s, however it is written",
    async (which) => {
      const thumbprint = new X509Certificate(unknown.cert)[which];
      for (const written of [thumbprint, thumbprint.replaceAll(":", "").toLowerCase()]) {
        await using server = await startTestVcenter(unknown);
        const vcenter = await connectVcenter(target(server, { thumbprint: written }));
        await vcenter.close();
        expect(server.asked.map(({ method }) => method)).toEqual(["RetrieveServiceContent"]);
      }
    },
  );

  it.each(["fingerprint", "fingerprint256"] as const)(
    "refuses any other by %s, also one that verifies",
    async (which) => {
      const [found, wanted] = [new X509Certificate(trusted.cert)[which], new X509Certificate(unknown.cert)[which]];
      const text = await refusal(trusted, { thumbprint: wanted });
      expect(text).toContain(`thumbprint ${found}, but multiport:vcenterThumbprint wants ${wanted}`);
    },
  );

  it.each(["", "12:34", "zz".repeat(20), "ab".repeat(21), "ab".repeat(64)])("%j is none", (text) => {
    expect(() => parseThumbprint(text)).toThrow(/a SHA-256 has 32 hexadecimal bytes/);
  });
});

describe("what is no TLS server", () => {
  it("is said to be none", async () => {
    const plain = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const { port } = plain.address() as { port: number };
    const error = await failure<VcenterError>(
      connectVcenter({ server: `localhost:${port}`, user: "u", password: "p" }),
    );
    plain.close();
    expect(error.kind).toBe("answer");
    expect(error.message).toContain("does not speak TLS");
  });

  it("that accepts and says nothing is given up", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const error = await failure<VcenterError>(
      connectVcenter({ server: `localhost:${port}`, user: "u", password: "p" }, { connectTimeoutSeconds: 0.3 }),
    );
    silent.close();
    expect(error.message).toContain("no connection to localhost port");
  });

  it("is said to refuse the connection", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    expect(await new Promise((resolve) => connect(port, "127.0.0.1").once("error", resolve))).toMatchObject({
      code: "ECONNREFUSED",
    });
    const error = await failure<VcenterError>(
      connectVcenter({ server: `127.0.0.1:${port}`, user: "u", password: "p" }, { connectTimeoutSeconds: 0.5 }),
    );
    expect(error.message).toContain("connection refused");
  });
});

describe("an address", () => {
  it.each([
    ["vc.example.net", "vc.example.net", 443, "vCenter vc.example.net"],
    ["vc.example.net:8443", "vc.example.net", 8443, "vCenter vc.example.net:8443"],
    ["https://vc.example.net/sdk", "vc.example.net", 443, "vCenter vc.example.net"],
    ["2001:db8::1", "2001:db8::1", 443, "vCenter [2001:db8::1]"],
    ["[2001:db8::1]:444", "2001:db8::1", 444, "vCenter [2001:db8::1]:444"],
  ])("%s is understood", (text, host, port, label) => {
    expect(parseAddress(text)).toEqual({ host, port, label });
  });

  it.each(["", "http://vc", "https://vc/ui", "vc:port", "https://u:topsecret@vc"])("%j is refused", (text) => {
    expect(() => parseAddress(text)).toThrow(/not a name, name:port or https URL/);
    expect(() => parseAddress(text)).not.toThrow(/topsecret/);
  });
});

it("the password is in nothing that can be printed", async () => {
  await using server = await startTestVcenter(trusted);
  const vcenter = await connectVcenter(target(server));
  expect(inspect(vcenter, { depth: 20, showHidden: true })).not.toContain("topsecret");
  expect(JSON.stringify(vcenter)).not.toContain("topsecret");
  await vcenter.close();
});
