// Get- and Set-NetAdapterAdvancedProperty; Get-, Enable- and Disable-NetAdapterBinding.
import type { ObjectValue } from "../../contract";
import { restartAdapter } from "../adapters";
import { COMPONENTS } from "../bindings";
import { asText, type Call } from "../call";
import { invalidParameter } from "../errors";
import { connections, type Host } from "../host";
import { shaped } from "../objects";
import type { Adapter, AdvancedProperty } from "../state";
import { isSame } from "../wildcard";
import { again, query } from "./cimQuery";
import type { HostCmdlet } from "./cmdlet";

const PROPERTY = "MSFT_NetAdapterAdvancedPropertySettingData";
const BINDING = "MSFT_NetAdapterBindingSettingData";

interface Owned {
  readonly adapter: Adapter;
  readonly property: AdvancedProperty;
}

function instanceId({ adapter, property }: Owned): string {
  return `{${adapter.guid}}::${property.keyword}`;
}

function visible(host: Host, call: Call): Adapter[] {
  return connections(host, { hidden: call.flag("IncludeHidden") });
}

function propertiesOf(host: Host, call: Call): Owned[] {
  // Nothing is hidden here, so all of them are what there is.
  call.flag("AllProperties");
  const all = visible(host, call).flatMap((adapter) => adapter.advanced.map((property) => ({ adapter, property })));
  if (call.has("InputObject")) return again(call, PROPERTY, all, { property: "InstanceID", read: instanceId });
  return query(call, PROPERTY, all, {
    Name: ({ adapter }) => adapter.alias,
    InterfaceDescription: ({ adapter }) => adapter.description,
    DisplayName: ({ property }) => property.displayName,
    RegistryKeyword: ({ property }) => property.keyword,
  });
}

/** IP-22. */
function propertyObject(host: Host, owned: Owned): ObjectValue {
  const { adapter, property } = owned;
  const { choices, range, value, initial } = property;
  const nameOf = (registry: string) => choices?.[registry] ?? registry;
  return shaped("Get-NetAdapterAdvancedProperty", {
    ElementName: property.displayName,
    InstanceID: instanceId(owned),
    Name: adapter.alias,
    InterfaceDescription: adapter.description,
    Source: 3,
    SystemName: host.state.computerName,
    DisplayName: property.displayName,
    DisplayValue: nameOf(value),
    DefaultDisplayValue: nameOf(initial),
    DisplayParameterType: choices ? 5 : 1,
    ValidRegistryValues: choices ? Object.keys(choices) : null,
    ValidDisplayValues: choices ? Object.values(choices) : null,
    NumericParameterBaseValue: range ? "10" : null,
    NumericParameterMinValue: range ? String(range.min) : null,
    NumericParameterMaxValue: range ? String(range.max) : null,
    NumericParameterStepValue: range ? String(range.step) : null,
    RegistryKeyword: property.keyword,
    RegistryDataType: 1,
    RegistryValue: [value],
    DefaultRegistryValue: initial,
  });
}

const getProperty: HostCmdlet = (host, call) => {
  for (const owned of propertiesOf(host, call)) call.bound.write(propertyObject(host, owned));
};

interface GivenValue {
  readonly display: string | undefined;
  readonly registry: string | undefined;
}

const setProperty: HostCmdlet = (host, call) => {
  if (!call.confirmed({ asks: false })) return;
  const given: GivenValue = {
    display: call.text("DisplayValue"),
    registry: call.values("RegistryValue").map(asText)[0],
  };
  for (const owned of propertiesOf(host, call)) {
    const { adapter, property } = owned;
    property.value = wantedValue(call, property, given);
    const sriov = adapter.hardware?.sriov;
    if (property.keyword === "*SRIOV" && sriov) sriov.enabled = property.value === "1";
    if (!call.flag("NoRestart")) restartAdapter(host, adapter);
    if (call.flag("PassThru")) call.bound.write(propertyObject(host, owned));
  }
};

/** UK-10: an enumerated one by its names or values, a number within its range and by its steps. */
function wantedValue(call: Call, { choices, range }: AdvancedProperty, { display, registry }: GivenValue): string {
  const refuse = () => invalidParameter(call.cmdlet, PROPERTY, "The parameter is incorrect.");
  if (display === undefined && registry === undefined) throw refuse();
  const value =
    display === undefined || !choices
      ? (registry ?? display ?? "")
      : (Object.entries(choices).find(([, name]) => isSame(name, display))?.[0] ?? "");
  const number = Number(value);
  const isInRange =
    range !== undefined &&
    /^\d+$/.test(value) &&
    number >= range.min &&
    number <= range.max &&
    (number - range.min) % range.step === 0;
  if (choices?.[value] === undefined && !isInRange) throw refuse();
  return value;
}

interface Bound {
  readonly adapter: Adapter;
  readonly id: string;
}

function bindingId({ adapter, id }: Bound): string {
  return `{${adapter.guid}}::${id}`;
}

function bindingsOf(host: Host, call: Call): Bound[] {
  call.flag("AllBindings");
  const all = visible(host, call).flatMap((adapter) => Object.keys(COMPONENTS).map((id) => ({ adapter, id })));
  if (call.has("InputObject")) return again(call, BINDING, all, { property: "InstanceID", read: bindingId });
  return query(call, BINDING, all, {
    Name: ({ adapter }) => adapter.alias,
    InterfaceDescription: ({ adapter }) => adapter.description,
    ComponentID: ({ id }) => id,
    DisplayName: ({ id }) => COMPONENTS[id]?.displayName,
  });
}

function bindingObject(host: Host, bound: Bound): ObjectValue {
  const { adapter, id } = bound;
  return shaped("Get-NetAdapterBinding", {
    ElementName: COMPONENTS[id]?.displayName,
    InstanceID: bindingId(bound),
    InterfaceDescription: adapter.description,
    Name: adapter.alias,
    Source: 2,
    SystemName: host.state.computerName,
    BindName: id,
    ComponentID: id,
    DisplayName: COMPONENTS[id]?.displayName,
    Enabled: adapter.bindings[id] === true,
    ifAlias: adapter.alias,
    InterfaceAlias: adapter.alias,
    ifDesc: adapter.description,
  });
}

const getBinding: HostCmdlet = (host, call) => {
  for (const bound of bindingsOf(host, call)) call.bound.write(bindingObject(host, bound));
};

/** SH-16: taking vms_pp off a NIC that a switch still has is not modelled, nor putting it on by hand. */
function setBinding(enabled: boolean): HostCmdlet {
  return (host, call) => {
    if (!call.confirmed({ asks: false })) return;
    for (const bound of bindingsOf(host, call)) {
      const isOfSwitch = bound.id === "vms_pp" && (enabled || host.switchAbove(bound.adapter) !== undefined);
      if (isOfSwitch || bound.id === "ms_implat")
        throw new Error(`the lab's host does not ${enabled ? "bind" : "unbind"} ${bound.id} of ${bound.adapter.alias}`);
      bound.adapter.bindings[bound.id] = enabled;
      if (bound.id === "vms_pp") bound.adapter.returning = undefined;
      if (call.flag("PassThru")) call.bound.write(bindingObject(host, bound));
    }
  };
}

export const NET_ADAPTER_PROPERTIES: Readonly<Record<string, HostCmdlet>> = {
  "Get-NetAdapterAdvancedProperty": getProperty,
  "Set-NetAdapterAdvancedProperty": setProperty,
  "Get-NetAdapterBinding": getBinding,
  "Enable-NetAdapterBinding": setBinding(true),
  "Disable-NetAdapterBinding": setBinding(false),
};
