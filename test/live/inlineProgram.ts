// The program of every stack, run in this process while Pulumi's engine runs, as Pulumi's Automation API runs inline programs: the same
// engine, providers and state, without a second Node that loads everything anew, which is half of the work of a run. I/O.
import { createRequire } from "node:module";
import type { Server as GrpcServer } from "@grpc/grpc-js";

// Compiled packages, each loaded once: the instances that the program itself gets.
const load = createRequire(__filename);
const pulumi = load("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
const { LanguageServer } = load("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => Promise<void>) => object;
};
const { LanguageRuntimeService } = load("@pulumi/pulumi/proto/language_grpc_pb") as {
  LanguageRuntimeService: Parameters<GrpcServer["addService"]>[0];
};
const grpc = load("@grpc/grpc-js") as typeof import("@grpc/grpc-js");

/** stacks/index.ts, in a function. */
async function program(): Promise<void> {
  const { Environment } = load("multiport") as typeof import("multiport");
  new Environment(pulumi.getStack(), { file: new pulumi.Config().require("environment") });
}

/** Where the program runs: the folder and the variables of its process. */
export interface Surroundings {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs a command of pulumi; `flags` are what makes it run the program here. One at a time: a process has one folder. */
export async function withInlineProgram<T>(
  { folder, variables }: Surroundings,
  use: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, new LanguageServer(program) as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  // The program looks for its project from the current folder, and its hooks for vCenter in the variables.
  const before = { folder: process.cwd(), variables: { ...process.env } };
  process.chdir(folder);
  Object.assign(process.env, variables);
  try {
    return await use([`--client=127.0.0.1:${port}`, "--exec-kind=auto.inline"]);
  } finally {
    process.chdir(before.folder);
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before.variables);
    server.forceShutdown();
  }
}
