// A seed as cloud-init's data source VMware reads it from a VM: three texts, of which two are one, in the VM's extraConfig. Source:
// cloudinit/sources/DataSourceVMware.py, release 22.4. Pure.

/** The files of NoCloud, by name. */
export interface SeedText {
  readonly "meta-data": string;
  readonly "network-config": string;
  readonly "user-data": string;
}

/**
 * Keys and values for the VM. The network is a key of the metadata there; both texts are YAML, and the second one is that key. vCenter keeps
 * the values in lines of a file, so they are encoded.
 */
export function guestinfoOf(seed: SeedText): Record<string, string> {
  const texts = { metadata: `${seed["meta-data"]}${seed["network-config"]}`, userdata: seed["user-data"] };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => [
      [`guestinfo.${key}`, encode(text)],
      [`guestinfo.${key}.encoding`, "base64"],
    ]),
  );
}

function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
