// The reference against what is known of the modules: how much of it there is, and names that one would guess but that do not exist.
import { expect, test } from "vitest";
import { CORE } from "../../../../lab/windows/language/core";
import { parseModule, reference } from "../../../../lab/windows/language/reference";

const count = (module: string) => reference().cmdlets.filter((cmdlet) => cmdlet.module === module).length;

test("it holds the modules whole", () => {
  const modules = [
    "Hyper-V",
    "NetLbfo",
    "NetAdapter",
    "NetSwitchTeam",
    "NetTCPIP",
    "DnsClient",
    "NetQos",
    "NetworkATC",
  ];
  expect(modules.map(count)).toEqual([240, 13, 74, 7, 34, 21, 4, 24]);
});

test("every cmdlet of the language is in it", () => {
  expect(Object.keys(CORE).filter((name) => !reference().cmdlet(name))).toEqual([]);
});

test("every set and every type of it means something", () => {
  for (const cmdlet of reference().cmdlets) {
    if (cmdlet.defaultSet !== undefined) expect(cmdlet.sets).toContain(cmdlet.defaultSet);
    for (const parameter of cmdlet.parameters) {
      expect(cmdlet.sets, `${cmdlet.name} -${parameter.name}`).toEqual(
        expect.arrayContaining([...parameter.sets, ...parameter.mandatoryIn]),
      );
    }
  }
});

test.each([
  "New-VMSwitchTeam",
  "Enable-VMSwitchIov",
  "Set-VMNetworkAdapterSriov",
  "New-VMNetworkAdapter",
  "Get-NetLbfoTeamInterface",
  "Set-NetAdapterVlan",
  "Set-NetAdapterMtu",
  "New-NetIPInterface",
  "Set-NetDnsServer",
  "Connect-VMSwitch",
  "New-NetIntent",
])("there is no %s", (name) => {
  expect(reference().cmdlet(name)).toBeUndefined();
});

test.each([
  ["Set-VMSwitch", "EnableIov"],
  ["Set-VMSwitch", "MinimumBandwidthMode"],
  ["Add-VMNetworkAdapter", "VlanId"],
  ["Set-VMNetworkAdapter", "SwitchName"],
  ["Set-VMNetworkAdapterVlan", "OperationMode"],
  ["New-NetLbfoTeam", "VlanID"],
  ["New-NetIPAddress", "Gateway"],
  ["Set-NetIPInterface", "Mtu"],
  ["Enable-NetAdapterSriov", "NumVFs"],
  ["New-VMSwitch", "TeamingMode"],
])("%s has no -%s", (name, parameter) => {
  expect(
    reference()
      .cmdlet(name)
      ?.parameters.map((one) => one.name),
  ).not.toContain(parameter);
});

test("a line that is no parameter is refused", () => {
  expect(() => parseModule("module M\n\ncmdlet A-B\nsets: S*\nnonsense\n", "M.txt")).toThrow(
    'M.txt: A-B: "nonsense" is no parameter',
  );
  expect(() => parseModule("module M\n\ncmdlet A-B\nsets: S*\nrule: nonsense\n", "M.txt")).toThrow(
    '"nonsense" is no rule',
  );
  expect(() => parseModule("nonsense\n", "M.txt")).toThrow("name the module");
});
