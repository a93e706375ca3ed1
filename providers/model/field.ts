// The leaf fields of the environment file: each with the words for its description (editors show it) and for what
// would be right (errors show it). Everything that can reach a shell, OVSDB, YAML or SOAP is narrowed here. Pure.
import { z } from "zod";

/** A schema with the words that an error about it uses. */
export function described<T extends z.ZodType>(schema: T, description: string, wanted: string): T {
  return schema.meta({ description, wanted });
}

const RANGE_PART = String.raw`(?:\[\d+:\d+\])?`;

/** A name of ours in the file: host, switch, network, VM, port group. Starts with a letter or digit. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const NAME_PATTERN = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}${RANGE_PART}[A-Za-z0-9._-]{0,62}$`);
/** A network interface name as Linux allows it, less what a shell or an option parser could misread. */
export const INTERFACE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
/**
 * A name as Windows has it, of a network card, switch, team, VM or adapter: letters of any language and blanks. Of other characters
 * PowerShell makes wildcards (* ? [ ] `), quotes (straight ones and U+2018 to U+201E) or code ($), and Windows refuses the rest.
 */
export const WINDOWS_NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._()#+,&@=-]{0,78}[\p{L}\p{M}\p{N}._()#+,&@=-])?$/u;
const WINDOWS_NAME_PATTERN = new RegExp(
  `^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._()#+,&@=-]{0,79}${RANGE_PART}[\\p{L}\\p{M}\\p{N} ._()#+,&@=-]{0,79}(?<! )$`,
  "u",
);
/** A host name or an IP address, IPv6 without brackets. */
export const ADDRESS = /^[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,252}[A-Za-z0-9])?$/;
const ADDRESS_PATTERN = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,252}${RANGE_PART}[A-Za-z0-9._:-]{0,252}$`);

export const nameWords = "1-63 letters, digits, dots, dashes or underscores, beginning with a letter or digit";
export const interfaceWords = "an interface name: 1-15 letters, digits, dots, dashes or underscores";
export const windowsWords =
  "1-80 letters, digits, blanks or any of ._()#+,&@=-, beginning with a letter or digit and without a blank at the end; PowerShell takes others for wildcards, quotes or code";

export function name(description: string) {
  return described(z.string().regex(NAME), description, nameWords);
}

/** A name that may hold one range, such as `kvm-[01:40]`. */
export function namePattern(description: string) {
  return described(z.string().regex(NAME_PATTERN), description, `${nameWords}, with at most one range such as [01:40]`);
}

export function interfaceName(description: string) {
  return described(z.string().regex(INTERFACE_NAME), description, interfaceWords);
}

/** A name that only Windows gives. */
export function windowsName(description: string) {
  return described(z.string().regex(WINDOWS_NAME), description, windowsWords);
}

/** An interface name, or on Hyper-V the name of a connection, switch or adapter; {@link INTERFACE_NAME} holds on all other platforms. */
export function interfaceOrWindowsName(description: string) {
  const schema = z.string().regex(WINDOWS_NAME);
  return schema.meta({ description, wanted: interfaceWords, wantedOnHyperv: windowsWords });
}

/** A name of a VM, and on Hyper-V with blanks and other characters; may hold one range. {@link NAME} holds on all other platforms. */
export function vmNamePattern(description: string) {
  const range = "with at most one range such as [01:40]";
  const schema = z.string().regex(WINDOWS_NAME_PATTERN);
  return schema.meta({
    description,
    wanted: `${nameWords}, ${range}`,
    wantedOnHyperv: `${windowsWords}; ${range}`,
  });
}

export function address(description: string) {
  return described(
    z.string().regex(ADDRESS_PATTERN),
    description,
    "a host name or IP address, with at most one range such as [01:40]",
  );
}

export function flag(description: string) {
  return described(z.boolean(), description, "true or false");
}

export function choice<const T extends readonly [string, ...string[]]>(values: T, description: string) {
  return described(z.enum(values), description, `one of ${values.join(", ")}`);
}

export function integer(range: { min: number; max: number }, description: string) {
  return described(
    z.number().int().min(range.min).max(range.max),
    description,
    `a whole number from ${range.min} to ${range.max}`,
  );
}

/** MTU in bytes, without the Ethernet header. */
export const mtu = integer(
  { min: 576, max: 9216 },
  "Largest packet in bytes, without the Ethernet header. Default 1500.",
);
export const DEFAULT_MTU = 1500;

export const vlanId = integer({ min: 1, max: 4094 }, "VLAN number.");

/** Free text for people; it never reaches a machine. */
export const description = described(
  z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}]*$/u),
  "A remark for readers. It goes nowhere.",
  "at most 200 characters on one line",
);

/** Free text for people that goes to vCenter: all that XML can carry, on one line, without blanks at its ends. */
export function label(description: string) {
  return described(
    z
      .string()
      .max(200)
      .regex(/^(?!\s)[^\p{Cc}\p{Cs}\uFFFE\uFFFF]+(?<!\s)$/u),
    description,
    "1-200 characters on one line, without blanks at the ends",
  );
}

export const pciWords = 'a PCI address such as "0000:3b:00.0"';

export const pciAddress = described(
  z.string().regex(/^[0-9a-fA-F]{4}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7]$/),
  "PCI address of the physical port.",
  pciWords,
);

export const macAddress = described(
  z.string().regex(/^[0-9a-fA-F][02468aceACE](?::[0-9a-fA-F]{2}){5}$/),
  "MAC address.",
  'a unicast MAC address such as "52:54:00:12:34:56"',
);

/** A string that is checked as an address once ranges are expanded. */
export const interfaceAddress = described(
  z.string().regex(/^[0-9a-fA-F.:[\]]+\/\d{1,3}$/),
  "IP address with its prefix length, such as 10.10.0.11/24.",
  "an IP address with prefix length, such as 10.10.0.11/24",
);

export const ipAddress = described(
  z.string().regex(/^[0-9a-fA-F.:]+$/),
  "IP address.",
  "an IP address such as 10.10.0.1",
);
