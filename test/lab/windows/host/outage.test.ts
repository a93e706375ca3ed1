// Connections to the simulated Windows host that are lost (SH-04, SS-07, SS-08), and faults that are ordered.
import { afterEach, describe, expect, it } from "vitest";
import { callOn } from "./caller.js";
import { closeAll, connected, run, script, started, until } from "./sshClient.js";

afterEach(closeAll);

describe("reachability", () => {
  const SWITCH = script("New-VMSwitch -Name 's' -NetAdapterName 'NIC1' | Out-Null\n'done'");

  it("SH-04: a connection stalls while the switch is made, and new ones fail", async () => {
    const host = await started({ times: { rebind: 40_000 } });
    const client = await connected(host);
    const result = run(client, SWITCH);
    await until(() => !host.machine.answers());
    await expect(connected(host)).rejects.toThrow();
    expect(await result).toEqual({ code: 0, stdout: "done\r\n", stderr: "" });
    await connected(host);
  });

  it("SH-04, SS-07: or is lost without an exit code, and the switch is there", async () => {
    const host = await started({ quirks: { outage: "cut" } });
    const client = await connected(host);
    client.on("error", () => {});
    const result = await run(client, SWITCH);
    expect(result.code).toBeUndefined();
    await until(() => host.machine.answers());
    expect(host.state.switches.map(({ name }) => name)).toEqual(["s"]);
  });

  it.each([
    ["VL-06: another VLAN", "Set-VMNetworkAdapterVlan -ManagementOS -Access -VlanId 99"],
    ["another address", "Remove-NetIPAddress -IPAddress 192.0.2.11 -Confirm:$false"],
    ["a NIC that is off", "Disable-NetAdapter -Name 'NIC1' -Confirm:$false"],
  ])("%s, and nobody gets through", async (_, text) => {
    const host = await started({ switches: [{ name: "s", nics: ["NIC1"] }] });
    const client = await connected(host);
    client.on("error", () => {});
    void run(client, script(text));
    await until(() => !host.machine.answers());
    await expect(connected(host)).rejects.toThrow();
  });

  it("a cable that is pulled, and put back", async () => {
    const host = await started();
    host.setLink("NIC1", false);
    await expect(connected(host)).rejects.toThrow();
    host.setLink("NIC1", true);
    await until(() => host.machine.answers());
    await connected(host);
  });

  it("a tagged management network, and a gateway that clients are behind", async () => {
    const management = { address: "192.0.2.11", vlan: 7, gateway: "192.0.2.1" };
    const host = await started({ management, switches: [{ name: "s", nics: ["NIC1"] }] });
    expect(host.machine.answers()).toBe(false);
    const vlan = host.state.vnics[0]?.vlan;
    Object.assign(vlan ?? {}, { mode: "Access", access: 7 });
    expect(host.machine.answers()).toBe(true);
    for (const adapter of host.state.adapters) adapter.ip.routes = [];
    expect(host.machine.answers()).toBe(false);
  });
});

describe("faults", () => {
  it("fail: an error record, before anything or after it", async () => {
    const host = await started();
    const client = await connected(host);
    host.inject({ cmdlet: "New-VMSwitch", moment: "before", kind: "fail" });
    const make = script("New-VMSwitch -Name 's' -SwitchType Private | Out-Null");
    expect([(await run(client, make)).code, host.state.switches.length]).toEqual([1, 0]);
    host.inject({ cmdlet: "New-*", moment: "after", kind: "fail" });
    expect([(await run(client, make)).code, host.state.switches.length]).toEqual([1, 1]);
  });

  it("hang: nothing more comes; kill: the process is gone; the second call is meant", async () => {
    const host = await started();
    const client = await connected(host);
    host.inject({ cmdlet: "*", moment: "before", call: 2, kind: "hang" });
    void run(client, script("Get-VMSwitch; Get-VM; Get-VMHost | Out-Null"));
    await until(() => host.machine.calls.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(host.machine.calls.map(({ cmdlet }) => cmdlet)).toEqual(["Get-VMSwitch"]);
    expect(host.machine.faults.left).toEqual([]);
    host.inject({ cmdlet: "Get-VM", moment: "after", kind: "kill" });
    expect((await run(client, script("Get-VM\n'never'"))).stdout).toBe("");
  });

  it.each(["killed", "running"] as const)("cut: the connection is lost, the process is %s", async (orphans) => {
    const host = await started({ quirks: { orphans } });
    const client = await connected(host);
    client.on("error", () => {});
    host.inject({ cmdlet: "New-VMSwitch", moment: "after", kind: "cut" });
    const text =
      "New-VMSwitch -Name 'a' -SwitchType Private | Out-Null\nStart-Sleep -Seconds 2\nNew-VMSwitch -Name 'b' -SwitchType Private | Out-Null";
    expect((await run(client, script(text))).code).toBeUndefined();
    await until(() => host.machine.processIds.length === 0);
    expect(host.state.switches.map(({ name }) => name)).toEqual(orphans === "killed" ? ["a"] : ["a", "b"]);
    await connected(host);
  });

  it("reset: the machine is gone, and comes back with what it keeps", async () => {
    const host = await started({ times: { boot: 30_000 } });
    const client = await connected(host);
    client.on("error", () => {});
    host.inject({ cmdlet: "New-NetIPAddress", moment: "after", kind: "reset" });
    const text =
      "New-NetIPAddress -InterfaceAlias 'NIC2' -IPAddress 198.51.100.1 -PrefixLength 24\nNew-VMSwitch -Name 'never' -SwitchType Private";
    expect((await run(client, script(text))).code).toBeUndefined();
    await expect(connected(host)).rejects.toThrow();
    await until(() => host.machine.answers());
    const again = await connected(host);
    const read = await run(again, script("(Get-NetIPAddress -InterfaceAlias 'NIC2' -AddressFamily IPv4).IPAddress"));
    expect([read.stdout, host.state.switches]).toEqual(["198.51.100.1\r\n", []]);
  });

  it("Restart-Computer is answered first, and needs -Force", async () => {
    const host = await started({ times: { boot: 30_000 } });
    const client = await connected(host);
    client.on("error", () => {});
    expect((await callOn(host.machine, "Restart-Computer", {})).errors).toHaveLength(1);
    await callOn(host.machine, "Restart-Computer", { Force: true });
    expect((await run(client, script("'still there'"))).stdout).toBe("still there\r\n");
    await until(() => !host.machine.answers());
    await until(() => host.machine.answers());
    await connected(host);
  });
});
