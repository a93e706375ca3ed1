// What the tests of the simulated Windows host over SSH need: a host, clients of it, commands with what they answer. I/O.
import { Client, type ClientChannel } from "ssh2";
import { generateKey } from "../../../../lab/sshKey.js";
import type { Scenario } from "../../../../lab/windows/host/scenario.js";
import { WindowsHost } from "../../../../lab/windows/host/windowsHost.js";
import { runPowerShell } from "../../../../lab/windows/language/process.js";
import { HOST } from "./caller.js";

const open: { host?: WindowsHost; clients: Client[] } = { clients: [] };

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const client of open.clients.splice(0)) client.destroy();
  await open.host?.stop();
}

export const KEY = generateKey();

export async function started(scenario: Partial<Scenario> = {}): Promise<WindowsHost> {
  open.host = await WindowsHost.start({
    scenario: { ...HOST, speed: 20, ...scenario },
    login: { user: "Administrator", password: "secret", keys: [KEY.public] },
    runPowerShell,
  });
  return open.host;
}

export function connected(host: WindowsHost, more: Readonly<Record<string, unknown>> = {}): Promise<Client> {
  const client = new Client();
  open.clients.push(client);
  return new Promise((resolve, reject) => {
    client.on("ready", () => resolve(client));
    client.on("error", reject);
    client.connect({ host: "127.0.0.1", port: host.port, username: "administrator", privateKey: KEY.private, ...more });
  });
}

export interface Result {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export function channelOf(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Listens before anything can come: an answer may be in the same packet as that the command was taken. */
export function run(client: Client, command: string, onError: (text: string) => void = () => {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      channel.stderr.on("data", (text: Buffer) => onError(String(text)));
      resolve(ended(channel));
    });
  });
}

export function ended(channel: ClientChannel): Promise<Result> {
  const out = { stdout: "", stderr: "" };
  let code: number | undefined;
  channel.on("data", (text: Buffer) => {
    out.stdout += text;
  });
  channel.stderr.on("data", (text: Buffer) => {
    out.stderr += text;
  });
  channel.on("exit", (status: number | null) => {
    code = status ?? undefined;
  });
  channel.end();
  return new Promise((resolve) => channel.on("close", () => resolve({ code, ...out })));
}

const encoded = (script: string) =>
  `powershell -NoProfile -NonInteractive -EncodedCommand ${Buffer.from(script, "utf16le").toString("base64")}`;

export const script = (text: string) =>
  encoded(`$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n${text}`);

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never was so");
}
