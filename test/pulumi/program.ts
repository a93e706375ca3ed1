// Runs a piece of a Pulumi program without an engine and says what it would have registered, with whom and with what.
import * as pulumi from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of the parent, and names of the resources that have to be there before. */
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  /** Inputs as the engine gets them; of a component none. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A look-up of the provider's. */
export interface Called {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const inputs = new Map<string, Record<string, unknown>>();
let calls: Called[] = [];

pulumi.runtime.setMocks(
  {
    newResource: (resource) => {
      inputs.set(`${resource.type} ${resource.name}`, resource.inputs as Record<string, unknown>);
      return { id: `id of ${resource.name}`, state: resource.inputs };
    },
    // What vCenter would answer: an id that shows what it was asked for.
    call: ({ token, inputs: args }) => {
      calls.push({ token, inputs: args });
      return { ...args, id: `${token.split(/[:/]/).at(-1)} ${String(args.name)}` };
    },
  },
  "multiport",
  "demo",
);

/** Everything that `build` registers below the resource that it is given, in order. */
export async function registered(build: (root: pulumi.Resource) => void): Promise<Registered[]> {
  const seen: {
    resource: pulumi.Resource;
    type: string;
    name: string;
    parent: string | undefined;
    dependsOn: string[];
  }[] = [];
  const record: pulumi.ResourceTransformation = ({ resource, type, name, opts }) => {
    seen.push({ resource, type, name, parent: nameOf(opts.parent), dependsOn: namesOf(opts.dependsOn) });
    return undefined;
  };
  inputs.clear();
  calls = [];
  const root = new pulumi.ComponentResource("test:index:Root", "root", {}, { transformations: [record] });
  build(root);
  await settled(pulumi.all(seen.map(({ resource }) => resource.urn)));
  return seen
    .filter(({ name }) => name !== "root")
    .map(({ type, name, parent, dependsOn }) => ({
      type,
      name,
      parent,
      dependsOn,
      inputs: inputs.get(`${type} ${name}`) ?? {},
    }));
}

/** What the last program looked up. */
export function called(): readonly Called[] {
  return calls;
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}

function nameOf(resource: pulumi.Resource | undefined): string | undefined {
  return (resource as unknown as { __name?: string } | undefined)?.__name;
}

function namesOf(dependsOn: pulumi.ResourceOptions["dependsOn"]): string[] {
  const all = dependsOn === undefined ? [] : Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  return all.flatMap((item) => nameOf(item as pulumi.Resource) ?? []);
}
