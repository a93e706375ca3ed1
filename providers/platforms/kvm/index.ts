// KVM hosts: the driver, and the layers that a host is made of. Pure.
import type { KvmHost } from "../../model/host.js";
import type { Driver } from "../driver.js";
import { linux } from "../linux/index.js";
import { cloudInit } from "./cloudInit/index.js";
import { libvirt } from "./libvirt/index.js";
import { nftables } from "./nftables/index.js";
import { openvswitch } from "./openvswitch/index.js";
import { sriov } from "./sriov/index.js";

export const kvm: Driver<KvmHost> = {
  name: "kvm",
  kind: "KVM host",
  token: { module: "kvm", type: "Host" },
  version: 2,
  shell: "sh",
  layers: [sriov, linux, openvswitch, nftables, libvirt, cloudInit],
  machines: ({ kvmHosts }) => kvmHosts.map((machine) => ({ machine, path: ["hosts", machine.name] })),
};
