// DistributedSwitch: a distributed switch with its hosts, uplink team, private VLANs and port groups.
import * as pulumi from "@pulumi/pulumi";
import type * as vsphere from "@pulumi/vsphere";
import { checkEnvironmentSpec } from "../engine/check.js";
import type { DistributedSwitch as DistributedSwitchModel, DistributedSwitchSpec } from "../model/distributedSwitch.js";
import type { EnvironmentSpec } from "../model/environment.js";
import { toPvlanMappings } from "../platforms/vsphere/portGroup.js";
import { toTeaming } from "../platforms/vsphere/uplinkTeam.js";
import { requireValid } from "../problems.js";
import { readInventory } from "./inventory.js";
import { PortGroup } from "./portGroup.js";
import { vsphereSdk } from "./sdk.js";

/** A distributed switch in the words of the environment file, for programs that do without the file. */
export interface DistributedSwitchArgs extends Omit<DistributedSwitchSpec, "hosts"> {
  /** Member hosts by their names in vCenter. */
  readonly hosts: readonly string[];
  /** Networks that the port groups carry, by name. */
  readonly networks: NonNullable<EnvironmentSpec["networks"]>;
}

/**
 * A vSphere distributed switch. Type `multiport:vsphere:DistributedSwitch`; its children are the provider's
 * DistributedVirtualSwitch and one {@link PortGroup} per port group.
 *
 * Errors: an invalid argument ends the program with one message per problem; on `up`, vCenter's own faults.
 */
export class DistributedSwitch extends pulumi.ComponentResource {
  readonly switch: vsphere.DistributedVirtualSwitch;
  readonly portGroups: Readonly<Record<string, PortGroup>>;

  constructor(
    name: string,
    args: DistributedSwitchArgs | { readonly model: DistributedSwitchModel },
    options?: pulumi.ComponentResourceOptions,
  ) {
    // Before any resource is registered: invalid arguments create nothing.
    const model = "model" in args ? args.model : fromSpec(name, args);
    super("multiport:vsphere:DistributedSwitch", name, {}, options);
    this.switch = createSwitch(name, model, { parent: this });
    const entries = model.portGroups.map((portGroup): [string, PortGroup] => [
      portGroup.name,
      new PortGroup(
        `${name}/${portGroup.name}`,
        { portGroup, uplinkTeam: model.uplinkTeam, switchId: this.switch.id },
        { parent: this },
      ),
    ]);
    this.portGroups = Object.fromEntries(entries);
    this.registerOutputs({ switch: this.switch });
  }
}

function createSwitch(
  name: string,
  model: DistributedSwitchModel,
  options: { parent: pulumi.Resource },
): vsphere.DistributedVirtualSwitch {
  const inventory = pulumi.output(readInventory(model, options));
  const devices = model.uplinks.flatMap((uplink) => uplink.nic ?? []);
  return new (vsphereSdk().DistributedVirtualSwitch)(
    name,
    {
      name: model.name,
      datacenterId: inventory.datacenterId,
      hosts: inventory.hostIds.apply((ids) => ids.map((hostSystemId) => ({ hostSystemId, devices }))),
      uplinks: model.uplinks.map((uplink) => uplink.name),
      ...toTeaming(model.uplinkTeam),
      maxMtu: model.mtuBytes,
      linkDiscoveryProtocol: model.discovery.protocol,
      linkDiscoveryOperation: model.discovery.operation,
      // LAGs need it, and a switch made through the API does not have it by itself.
      lacpApiVersion: "multipleLag",
      pvlanMappings: toPvlanMappings(model.portGroups),
      ignoreOtherPvlanMappings: false,
      allowPromiscuous: false,
      allowMacChanges: false,
      allowForgedTransmits: false,
    },
    options,
  );
}

function fromSpec(name: string, { hosts, networks, ...body }: DistributedSwitchArgs): DistributedSwitchModel {
  const uplinks = Object.fromEntries(Object.values(body.uplinks).map((nic) => [nic, {}]));
  const spec: EnvironmentSpec = {
    environment: pulumi.getStack(),
    networks,
    hosts: Object.fromEntries(hosts.map((host) => [host, { platform: "vsphere", uplinks }])),
    distributedSwitches: { [name]: { ...body, hosts: [...hosts] } },
  };
  const [model] = requireValid(checkEnvironmentSpec(spec), `DistributedSwitch "${name}"`).distributedSwitches;
  if (!model) throw new Error(`DistributedSwitch "${name}" has no model`);
  return model;
}
