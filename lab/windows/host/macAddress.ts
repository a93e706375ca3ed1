// MAC addresses as they may be given (VM-01, VM-02). Pure.

/** Twelve upper-case digits; undefined: not in the correct format. */
export function parseMac(text: string): string | undefined {
  const isPlain = /^[0-9a-f]{12}$/i.test(text);
  const isSeparated = /^[0-9a-f]{2}([-:])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i.test(text);
  return isPlain || isSeparated ? text.replace(/[-:]/g, "").toUpperCase() : undefined;
}

export function isMulticast(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** `00-15-5D-0A-0B-0C`, as Get-NetAdapter has it. */
export function dashedMac(mac: string): string {
  return mac.match(/../g)?.join("-") ?? mac;
}
