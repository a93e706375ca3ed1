// What the tests of the SOAP client need: certificates made by openssl, and a TLS server in this process on loopback whose
// answers a test writes itself. I/O.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate. `days` may be negative: then it has expired. */
export function makeCertificate({ name = "localhost", days = 2 } = {}): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), "test-certificate-"));
  const file = (suffix: string) => join(folder, suffix);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  try {
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-keyout",
      file("key"),
      "-out",
      file("csr"),
      "-subj",
      `/O=test/CN=${name}`,
    );
    writeFileSync(file("extensions"), `subjectAltName=DNS:${name}\nbasicConstraints=CA:TRUE`);
    openssl(
      "x509",
      "-req",
      "-in",
      file("csr"),
      "-signkey",
      file("key"),
      "-days",
      String(days),
      "-extfile",
      file("extensions"),
      "-out",
      file("cert"),
    );
    return { key: readFileSync(file("key"), "utf8"), cert: readFileSync(file("cert"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

/** A server whose every request goes to `answer`. */
export interface TestVcenter extends AsyncDisposable {
  /** localhost:PORT. */
  readonly server: string;
  readonly port: number;
  readonly asked: Asked[];
  /** TLS connections that came to stand. */
  readonly connections: () => number;
  answer: Answer;
}

export async function startTestVcenter(certificate: TestCertificate, answer: Answer = answers()): Promise<TestVcenter> {
  const asked: Asked[] = [];
  let connections = 0;
  const server = createServer(certificate, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? "";
      const one = { method, body, headers: request.headers };
      asked.push(one);
      vcenter.answer(one, response);
    });
  });
  server.on("secureConnection", () => {
    connections += 1;
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const vcenter: TestVcenter = {
    server: `localhost:${port}`,
    port,
    asked,
    connections: () => connections,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vcenter;
}

const about = (version: string) =>
  `<about><fullName>VMware vCenter Server ${version}</fullName><version>${version}</version><build>1</build><apiType>VirtualCenter</apiType><apiVersion>${version}.0</apiVersion><instanceUuid>u</instanceUuid></about>`;

/** The answers of a vCenter to what every client asks; a test gives those to its own methods. */
export function answers(own: Record<string, string | Answer> = {}, { version = "8.0.3" } = {}): Answer {
  const all: Record<string, string | Answer> = {
    RetrieveServiceContent: `<returnval><rootFolder type="Folder">group-d1</rootFolder><propertyCollector type="PropertyCollector">pc</propertyCollector><sessionManager type="SessionManager">SessionManager</sessionManager>${about(version)}</returnval>`,
    Login: (_asked, response) => {
      response.setHeader("Set-Cookie", 'vmware_soap_session="s1"; Path=/; HttpOnly; Secure');
      respond(response, soap(`<LoginResponse xmlns="urn:vim25"><returnval><key>s1</key></returnval></LoginResponse>`));
    },
    Logout: "",
    ...own,
  };
  return (asked, response) => {
    const answer = all[asked.method];
    if (typeof answer === "function") return answer(asked, response);
    if (answer === undefined)
      return respond(response, fault("NotSupported", `${asked.method} is not there`), { status: 500 });
    respond(response, soap(`<${asked.method}Response xmlns="urn:vim25">${answer}</${asked.method}Response>`));
  };
}

export function soap(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n<soapenv:Body>\n${body}\n</soapenv:Body>\n</soapenv:Envelope>`;
}

/** A SOAP fault, such as vCenter sends with status 500. */
export function fault(type: string, message: string, content = ""): string {
  return soap(
    `<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>${message}</faultstring><detail><${type}Fault xmlns="urn:vim25" xsi:type="${type}">${content}</${type}Fault></detail></soapenv:Fault>`,
  );
}

export function respond(
  response: ServerResponse,
  text: string,
  { status = 200, type = "text/xml; charset=utf-8" } = {},
): void {
  response.writeHead(status, { "Content-Type": type });
  response.end(text);
}

/** What a promise was rejected with. */
export async function failure<T extends Error>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise;
  } catch (error) {
    return error as T;
  }
  throw new Error("it did not fail");
}
