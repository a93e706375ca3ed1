// DistributedSwitch: a distributed switch with its hosts, uplink team, private VLANs and port groups.
import * as pulumi from "@pulumi/pulumi";
import type * as vsphere from "@pulumi/vsphere";
import { checkEnvironmentSpec } from "../engine/check.js";
import type { DistributedSwitch as DistributedSwitchModel, DistributedSwitchSpec } from "../model/distributedSwitch.js";
import type { EnvironmentSpec } from "../model/environment.js";
import { requireValid } from "../problems.js";
import { creationHooks, newMark } from "./creationHook.js";
import { SWITCH_EXISTENCE } from "./existence.js";
import { readDatacenter } from "./inventory.js";
import { PortGroup } from "./portGroup.js";
import { vsphereSdk } from "./sdk.js";
import { SwitchConfiguration } from "./switchConfiguration.js";

/** A distributed switch in the words of the environment file, for programs that do without the file. */
export interface DistributedSwitchArgs extends Omit<DistributedSwitchSpec, "hosts"> {
  /** Member hosts by their names in vCenter. */
  readonly hosts: readonly string[];
  /** Networks that the port groups carry, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
  /** Default: the name of the stack. */
  readonly environment?: string;
}

/**
 * A vSphere distributed switch. Type `multiport:vsphere:DistributedSwitch`; its children are the provider's
 * DistributedVirtualSwitch, one {@link PortGroup} per port group, and the {@link SwitchConfiguration} that sets them all.
 *
 * Errors: an invalid argument ends the program with one message per problem; on `up`, vCenter's own faults.
 */
export class DistributedSwitch extends pulumi.ComponentResource {
  readonly switch: vsphere.DistributedVirtualSwitch;
  readonly portGroups: Readonly<Record<string, PortGroup>>;
  readonly configuration: SwitchConfiguration;

  constructor(
    name: string,
    args: DistributedSwitchArgs | { readonly model: DistributedSwitchModel; readonly environment: string },
    options?: pulumi.ComponentResourceOptions,
  ) {
    // Before any resource is registered: invalid arguments create nothing.
    const { model, environment } = "model" in args ? args : fromSpec(name, args);
    super("multiport:vsphere:DistributedSwitch", name, {}, options);
    // A component's own dependencies are not those of its children.
    const { dependsOn } = options ?? {};
    this.switch = createSwitch(name, model, { parent: this, ...(dependsOn ? { dependsOn } : {}) });
    const switchId = this.switch.id;
    const entries = model.portGroups.map((portGroup): [string, PortGroup] => [
      portGroup.name,
      new PortGroup(
        `${name}/${portGroup.name}`,
        { portGroup, switchId, datacenter: model.datacenter },
        { parent: this },
      ),
    ]);
    this.portGroups = Object.fromEntries(entries);
    this.configuration = new SwitchConfiguration(
      name,
      { model, environment, target: { name: model.name, datacenter: model.datacenter, switchId } },
      { parent: this, dependsOn: Object.values(this.portGroups) },
    );
    this.registerOutputs({ switch: this.switch });
  }
}

function createSwitch(
  name: string,
  model: DistributedSwitchModel,
  options: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): vsphere.DistributedVirtualSwitch {
  const datacenterId = pulumi.output(readDatacenter(model, { parent: options.parent }));
  return new (vsphereSdk().DistributedVirtualSwitch)(
    name,
    {
      name: model.name,
      datacenterId,
      description: newMark(),
      // A new switch has a version from the start; later ones are ours to raise.
      ...(model.version === undefined ? {} : { version: model.version }),
    },
    // What is ignored can't replace either.
    {
      ...options,
      ...SWITCH_EXISTENCE,
      hooks: creationHooks({ kind: "distributedSwitch", name: model.name, datacenter: model.datacenter }),
      replacementTrigger: model.datacenter,
      deleteBeforeReplace: true,
    },
  );
}

function fromSpec(
  name: string,
  { hosts, networks, environment = pulumi.getStack(), ...body }: DistributedSwitchArgs,
): { readonly model: DistributedSwitchModel; readonly environment: string } {
  const nics = [...Object.values(body.uplinks), ...Object.values(body.lags ?? {}).flatMap((lag) => lag.nics)];
  const uplinks = Object.fromEntries(nics.filter((nic) => nic !== null).map((nic) => [nic, {}]));
  const spec: EnvironmentSpec = {
    environment,
    networks,
    hosts: Object.fromEntries(hosts.map((host) => [host, { platform: "vsphere", uplinks }])),
    distributedSwitches: { [name]: { ...body, hosts: [...hosts] } },
  };
  const [model] = requireValid(checkEnvironmentSpec(spec), `DistributedSwitch "${name}"`).distributedSwitches;
  if (!model) throw new Error(`DistributedSwitch "${name}" has no model`);
  return { model, environment };
}
