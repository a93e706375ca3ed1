// Devices of a simulated ESXi host, as an administrator would have set them up before: SR-IOV and passthrough, host restarted. I/O.
import { setTimeout as sleep } from "node:timers/promises";
import type { Vcenter } from "../../../lab/vcenterProcess.js";
import { connectVcenter } from "../../../providers/host/vim/connectVcenter.js";
import type { ObjectContent, Ref, VimObject } from "../../../providers/model/vim.js";
import { inventoryWays } from "../../../providers/platforms/vsphere/inventoryQuery.js";

export interface DeviceSettings {
  /** Virtual functions by PCI address of the physical port. */
  readonly vfs?: Readonly<Record<string, number>>;
  /** PCI addresses. */
  readonly passthrough?: readonly string[];
}

/** Sets up the devices of a host; with `isPending` they wait for a restart. */
export async function setDevices(
  { server, user, password, certificate }: Vcenter,
  host: string,
  { vfs = {}, passthrough = [], isPending = false }: DeviceSettings & { readonly isPending?: boolean },
): Promise<void> {
  const vcenter = await connectVcenter({ server, user, password, thumbprint: certificate.sha256 });
  const hosts = await vcenter.retrieve({
    properties: { HostSystem: ["name", "configManager.pciPassthruSystem", "runtime.bootTime"] },
    from: [vcenter.ref("rootFolder")],
    along: inventoryWays({ hosts: true }),
  });
  const found = hosts.find(({ properties }) => properties.name === host);
  if (!found) throw new Error(`there is no host ${host}`);
  const config: VimObject[] = [
    ...Object.entries(vfs).map(([id, count]) => ({
      $type: "HostSriovConfig",
      id,
      passthruEnabled: false,
      sriovEnabled: count > 0,
      numVirtualFunction: count,
    })),
    ...passthrough.map((id) => ({ $type: "HostPciPassthruConfig", id, passthruEnabled: true })),
  ];
  const system = found.properties["configManager.pciPassthruSystem"] as Ref;
  await vcenter.call({ object: system, method: "UpdatePassthruConfig", arguments: { config } });
  if (isPending) return;
  await vcenter.run({ object: found.object, method: "EnterMaintenanceMode_Task", arguments: { timeout: 0 } });
  await vcenter.run({ object: found.object, method: "RebootHost_Task", arguments: { force: false } });
  await restarted(vcenter, found);
  await vcenter.run({ object: found.object, method: "ExitMaintenanceMode_Task", arguments: { timeout: 0 } });
}

/** A host that restarts looks for a moment as if nothing were: only a newer boot is one. */
async function restarted(vcenter: Awaited<ReturnType<typeof connectVcenter>>, before: ObjectContent): Promise<void> {
  const paths = ["runtime.connectionState", "runtime.bootTime"];
  for (let waited = 0; waited < 30_000; waited += 100) {
    await sleep(100);
    const [now] = await vcenter.retrieve({ properties: { HostSystem: paths }, from: [before.object] });
    const { "runtime.connectionState": state, "runtime.bootTime": bootTime } = now?.properties ?? {};
    if (state === "connected" && bootTime !== before.properties["runtime.bootTime"]) return;
  }
  throw new Error("the host did not come back");
}
