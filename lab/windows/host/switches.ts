// Virtual switches as they are made, changed and removed, with what that does to the host's own network. Changes state.
import { freshIp, interrupt, movedIp } from "./adapters";
import { isTeamMember, isUnderSwitch, onlyBinding, usualBindings } from "./bindings";
import { hypervError } from "./errors";
import type { Host } from "./host";
import { linkOf } from "./link";
import type { Adapter, VirtualSwitch } from "./state";
import { addVnic, removeVnic, vnicsOf } from "./vnics";
import { isSame } from "./wildcard";

export interface NewSwitch {
  readonly cmdlet: string;
  readonly name: string;
  readonly type: "External" | "Internal" | "Private";
  readonly nics: readonly Adapter[];
  /** -EnableEmbeddedTeaming; undefined: as many NICs as make one (SW-03). */
  readonly set?: boolean;
  readonly iov: boolean;
  readonly allowManagementOs: boolean;
  readonly bandwidth?: string;
  readonly packetDirect?: boolean;
  readonly allowLbfo?: boolean;
  readonly notes?: string;
  readonly id?: string;
}

export const MOST_MEMBERS = 8;

const CREATE = "Failed while creating virtual Ethernet switch.";
export const ADD = "Failed while adding virtual Ethernet switch connections.";

export function createSwitch(host: Host, wanted: NewSwitch): VirtualSwitch {
  const isSet = wanted.set ?? wanted.nics.length > 1;
  checkFixed(host, wanted, isSet);
  checkUplinks(host, wanted.cmdlet, wanted.nics, { isSet, allowLbfo: wanted.allowLbfo ?? false });
  const [first] = wanted.nics;
  const mode = bandwidthMode(host, wanted);
  const created: VirtualSwitch = {
    id: wanted.id?.toUpperCase() ?? host.newId(),
    name: wanted.name,
    notes: wanted.notes ?? "",
    type: wanted.type,
    uplinks: [],
    team: isSet ? { algorithm: "Dynamic" } : undefined,
    iov: wanted.iov,
    bandwidthMode: mode,
    packetDirect: wanted.packetDirect ?? false,
    allowLbfo: wanted.allowLbfo ?? false,
    defaultFlow: defaultFlow(host, mode, wanted.nics),
    options: {},
    extensions: [
      { name: "Microsoft Windows Filtering Platform", enabled: true },
      { name: "Microsoft NDIS Capture", enabled: false },
    ],
  };
  host.state.switches.push(created);
  const staysBehind = !wanted.allowManagementOs && host.quirks.nicKeepsAddresses;
  const ip = first && !staysBehind ? configurationOf(host, wanted.nics) : undefined;
  for (const nic of wanted.nics) attach(host, created, nic);
  if (wanted.type === "Internal" || (wanted.type === "External" && wanted.allowManagementOs))
    addVnic(host, created, { name: wanted.name, ...(first ? { mac: first.mac } : {}), ...(ip ? { ip } : {}) });
  return created;
}

/** SH-01: what the first NIC with a configuration has goes over to the vNIC. */
function configurationOf(host: Host, nics: readonly Adapter[]) {
  const source = nics.find((nic) => nic.ip.addresses.length > 0) ?? nics[0];
  if (!source) return undefined;
  const ip = movedIp(host, source.ip);
  source.ip = freshIp();
  return ip;
}

function attach(host: Host, one: VirtualSwitch, nic: Adapter): void {
  one.uplinks.push(nic.guid);
  nic.returning = undefined;
  nic.bindings = onlyBinding("vms_pp");
  interrupt(host, nic, host.times.rebind);
}

/** SW-07, SW-10, SW-13, SW-14: what a switch can be made with. */
function checkFixed(host: Host, wanted: NewSwitch, isSet: boolean): void {
  const refuse = (reason: string) => hypervError(wanted.cmdlet, "InvalidParameter", CREATE, reason);
  if (wanted.packetDirect && (wanted.iov || isSet))
    throw refuse("Packet Direct cannot be enabled together with SR-IOV or embedded teaming.");
  if (wanted.iov && (wanted.bandwidth === "Absolute" || wanted.bandwidth === "Weight"))
    throw refuse("A minimum bandwidth mode cannot be specified for a virtual switch that has SR-IOV enabled.");
  if (wanted.set === false && wanted.nics.length > 1)
    throw refuse("More than one network adapter can be bound to a virtual switch only with embedded teaming.");
  if (isSet && wanted.nics.length === 0) throw refuse("Embedded teaming needs a physical network adapter.");
  const isTaken = (id: string) => host.state.switches.some((one) => isSame(one.id, id));
  if (wanted.id !== undefined && isTaken(wanted.id)) throw refuse("A virtual switch with this Id already exists.");
  const isDuplicate = host.state.switches.some(({ name }) => isSame(name, wanted.name));
  if (isDuplicate && host.quirks.duplicateSwitchNames === "refused")
    throw refuse(`A virtual switch with name "${wanted.name}" already exists.`);
}

/** SE-02, SE-03, SE-06, LB-13, UK-02, UK-04: what a NIC has to be to carry a switch. */
export function checkUplinks(
  host: Host,
  cmdlet: string,
  nics: readonly Adapter[],
  { isSet, allowLbfo }: { isSet: boolean; allowLbfo: boolean },
): void {
  if (nics.length > MOST_MEMBERS)
    throw hypervError(cmdlet, "OperationFailed", ADD, `A switch has at most ${MOST_MEMBERS} network adapters.`);
  for (const nic of nics) {
    if (isUnderSwitch(nic))
      throw hypervError(
        cmdlet,
        "ObjectInUse",
        ADD,
        `External Ethernet adapter '${nic.description}' is already bound to the Microsoft Virtual Switch protocol.`,
      );
    const cannotBind = isTeamMember(nic) || nic.kind === "vnic" || !nic.enabled || (isSet && nic.kind !== "physical");
    if (cannotBind)
      throw hypervError(
        cmdlet,
        "ObjectNotFound",
        ADD,
        `Ethernet port '{${nic.guid}}' bind failed: Element not found. (0x80070490).`,
      );
    if (nic.team) checkTeamNic(host, cmdlet, nic, allowLbfo);
  }
}

function checkTeamNic(host: Host, cmdlet: string, nic: Adapter, allowLbfo: boolean): void {
  if (host.release.refusesSwitchOnLbfo && !allowLbfo)
    throw hypervError(
      cmdlet,
      "OperationFailed",
      ADD,
      "Attaching a virtual switch to an LBFO team is deprecated. Switch Embedded Teaming (SET) is an inbox replacement for this functionality. For more information on SET please see https://aka.ms/DownloadableSETGuide. To override this block, use the AllowNetLbfoTeams option in New-VMSwitch.",
    );
  const interfaces = host.state.adapters.filter(({ team }) => team?.name === nic.team?.name);
  if (interfaces.length > 1 || nic.team?.vlan !== undefined)
    throw hypervError(cmdlet, "OperationFailed", ADD, `Ethernet port '{${nic.guid}}' bind failed.`);
}

/** SW-10, SW-11. */
function bandwidthMode(host: Host, { iov, bandwidth }: NewSwitch): VirtualSwitch["bandwidthMode"] {
  if (bandwidth === "Absolute" || bandwidth === "Weight" || bandwidth === "None") return bandwidth;
  return iov ? "None" : host.quirks.defaultBandwidthMode;
}

/** SW-12. */
function defaultFlow(host: Host, mode: VirtualSwitch["bandwidthMode"], nics: readonly Adapter[]): number {
  if (mode === "Weight") return 1;
  if (mode === "None") return 0;
  const speed = nics.reduce((sum, nic) => sum + linkOf(host, nic).speed, 0);
  return Math.floor(speed / 10 / 8) * 8;
}

/** SE-09, SH-07, SH-09: the NIC has its IP back some time later, or never, if the machine stops before. */
export function removeSwitch(host: Host, cmdlet: string, one: VirtualSwitch): void {
  const isUsed = host.state.vms.some(
    ({ state, adapters }) => state !== "Off" && adapters.some(({ switchId }) => switchId === one.id),
  );
  if (isUsed)
    throw hypervError(
      cmdlet,
      "OperationFailed",
      "Failed while removing virtual Ethernet switch.",
      `The virtual switch '${one.name}' cannot be deleted because it is being used by running virtual machines or assigned to child pools.`,
    );
  const vnics = vnicsOf(host, one);
  const main = vnics.find(({ name }) => isSame(name, one.name)) ?? vnics[0];
  const ip = main && one.type === "External" ? structuredClone(host.adapterOf(main.adapter).ip) : undefined;
  for (const vnic of vnics) removeVnic(host, vnic);
  one.uplinks.forEach((guid, position) => {
    handBack(host, host.adapterOf(guid), position === 0 ? ip : undefined);
  });
  for (const vm of host.state.vms) for (const adapter of vm.adapters) if (adapter.switchId === one.id) leave(adapter);
  host.state.switches = host.state.switches.filter((other) => other !== one);
}

function leave(adapter: { switchId: string | undefined; mapping: unknown }): void {
  adapter.switchId = undefined;
  adapter.mapping = undefined;
}

function handBack(host: Host, nic: Adapter, ip: Adapter["ip"] | undefined): void {
  interrupt(host, nic, host.times.rebind);
  nic.returning = { at: host.now() + host.times.handBack, ip };
}

/** SH-13: a NIC that leaves has an IP stack of its own again; SH-04: the switch is off the network as long as none is left. */
export function setUplinks(host: Host, one: VirtualSwitch, nics: readonly Adapter[]): void {
  const guids = nics.map(({ guid }) => guid);
  const gone = one.uplinks.filter((guid) => !guids.includes(guid)).map((guid) => host.adapterOf(guid));
  for (const nic of gone) {
    nic.bindings = usualBindings();
    interrupt(host, nic, host.times.rebind);
  }
  one.uplinks = one.uplinks.filter((guid) => guids.includes(guid));
  for (const nic of nics) if (!one.uplinks.includes(nic.guid)) attach(host, one, nic);
  for (const vm of host.state.vms) for (const adapter of vm.adapters) forget(adapter, gone);
  for (const vnic of vnicsOf(host, one)) forget(vnic, gone);
}

function forget(port: { mapping: { adapter: string } | undefined }, gone: readonly Adapter[]): void {
  if (gone.some(({ guid }) => guid === port.mapping?.adapter)) port.mapping = undefined;
}

/** A switch with a single uplink gets another one, or becomes internal or private (SH-05, SH-06). */
export function setType(host: Host, one: VirtualSwitch, type: VirtualSwitch["type"], nic: Adapter | undefined): void {
  if (type !== "External") {
    for (const guid of one.uplinks) handBack(host, host.adapterOf(guid), undefined);
    one.uplinks = [];
  }
  one.type = type;
  if (nic) setUplinks(host, one, [nic]);
  const vnics = vnicsOf(host, one);
  if (type === "Private") for (const vnic of vnics) removeVnic(host, vnic);
  if (type === "Internal" && vnics.length === 0) addVnic(host, one, { name: one.name });
}

/** SH-05, SH-06. */
export function setManagementOs(host: Host, one: VirtualSwitch, allow: boolean): void {
  const vnics = vnicsOf(host, one);
  if (!allow) for (const vnic of vnics) removeVnic(host, vnic);
  if (!allow && one.type === "Internal") one.type = "Private";
  if (!allow || vnics.length > 0) return;
  if (one.type === "Private") one.type = "Internal";
  const [uplink] = one.uplinks;
  addVnic(host, one, { name: one.name, ...(uplink ? { mac: host.adapterOf(uplink).mac } : {}) });
}
