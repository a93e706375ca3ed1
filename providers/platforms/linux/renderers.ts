// The renderers by name, and which of them a host's files belong to. Pure.
import { ifupdown } from "./ifupdown/index.js";
import { netplan } from "./netplan/index.js";
import { networkd } from "./networkd/index.js";
import { networkManager } from "./networkManager/index.js";
import { isNicLink } from "./nicNames.js";
import type { Renderer } from "./renderer.js";
import type { RendererName } from "./words.js";

export const RENDERERS: Readonly<Record<RendererName, Renderer>> = {
  netplan,
  networkd,
  NetworkManager: networkManager,
  ifupdown,
};

/** Folders that only one of them writes to. netplan's additions for networkd stand in networkd's, so netplan is asked first. */
const FOLDERS: readonly (readonly [string, RendererName])[] = [
  ["/etc/netplan/", "netplan"],
  ["/etc/systemd/network/", "networkd"],
  ["/etc/NetworkManager/", "NetworkManager"],
  ["/etc/network/", "ifupdown"],
];

/** Which of them wrote our files on a host; null: none. */
export function rendererOfFiles(paths: readonly string[]): RendererName | null {
  // udev's names of NICs stand in networkd's folder with any of them.
  const own = paths.filter((path) => !isNicLink(path));
  return FOLDERS.find(([folder]) => own.some((path) => path.startsWith(folder)))?.[1] ?? null;
}
