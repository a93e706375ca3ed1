// Answers in pages: a vCenter gives at most so many objects at once, and a token for the next ones. Enough port groups for three pages of
// the size that the client asks for, with govc as an independent reader of the same.
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectVcenter } from "../../../providers/host/vim/connectVcenter.js";
import type { Vcenter } from "../../../providers/host/vim/vcenter.js";
import type { PropertyQuery, Ref } from "../../../providers/model/vim.js";
import { useVcenter } from "./vcenterSite.js";

/** With the switch's own group for its uplinks there are 2,101 objects, in pages of 1,000. */
const GROUPS = 2100;

const site = useVcenter({ datacenter: "dc1", cluster: "c1", hosts: [] });
let vcenter: Vcenter;

beforeAll(async () => {
  const { server, user, password, certificate } = site.vcenter;
  vcenter = await connectVcenter({ server, user, password, thumbprint: certificate.sha256 });
  await site.govc("dvs.create", "-dc", "dc1", "dvs0");
  const spec = Array.from({ length: GROUPS }, (_, index) => ({
    $type: "DVPortgroupConfigSpec",
    name: nameOf(index),
    numPorts: 0,
    type: "earlyBinding",
  }));
  const [dvs] = await vcenter.retrieve(below({ VmwareDistributedVirtualSwitch: ["name"] }));
  await vcenter.run({ object: dvs?.object as Ref, method: "AddDVPortgroup_Task", arguments: { spec } });
});
afterAll(async () => {
  await vcenter.close();
});

const nameOf = (index: number) => `pg-${String(index).padStart(4, "0")}`;

/** All network objects of the datacenter. */
function below(properties: PropertyQuery["properties"]): PropertyQuery {
  return {
    properties,
    from: [vcenter.ref("rootFolder")],
    isFromSkipped: true,
    along: [
      { name: "folder", type: "Folder", path: "childEntity", along: ["folder", "networks"] },
      { name: "networks", type: "Datacenter", path: "networkFolder", along: ["folder"] },
    ],
  };
}

it("reads all pages of one answer", async () => {
  const before = vcenter.roundTrips;
  const found = await vcenter.retrieve(below({ DistributedVirtualPortgroup: ["name"] }));
  expect(vcenter.roundTrips - before).toBe(3);
  const names = found.map(({ properties }) => String(properties.name)).filter((name) => name.startsWith("pg-"));
  expect(names.sort()).toEqual(Array.from({ length: GROUPS }, (_, index) => nameOf(index)));
  const listed = await site.govc("find", "/dc1/network", "-type", "DistributedVirtualPortgroup");
  expect(found).toHaveLength(listed.split("\n").length);
});

it.each(["sessionExpired", "dropBefore", "dropAfter"])(
  "reads each object once when the second page meets %s",
  async (kind) => {
    await site.inject({
      method: "ContinueRetrievePropertiesEx",
      userAgent: "multiport",
      kind,
      nth: 1,
    });
    const found = await vcenter.retrieve(below({ DistributedVirtualPortgroup: ["name"] }));
    expect(await site.pendingFaults()).toEqual([]);
    expect(found).toHaveLength(GROUPS + 1);
    expect(new Set(found.map(({ object }) => object.value)).size).toBe(GROUPS + 1);
  },
);
