// The quoting of each target language, in one place. Templates use these as helpers and nothing else. Pure.

/** A word for a POSIX shell. What no shell reads specially stays bare, all else goes between single quotes. */
export function sh(value: string | number): string {
  const text = String(value);
  if (text.includes("\0")) throw new Error("a shell word can't hold a NUL byte");
  return /^[A-Za-z0-9_./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** PowerShell takes the typographic ones for the plain one. */
const POWERSHELL_QUOTES = /['\u2018-\u201b]/g;

/**
 * A value in PowerShell: text between single quotes, in which nothing but a quote is special, whole numbers, and $true or $false. Line
 * breaks and tabs stay; no other control character is written, for a console may act on it.
 */
export function ps(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "$true" : "$false";
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error(`PowerShell has no safe way to write the number ${value}`);
    return String(value);
  }
  if (/[^\P{Cc}\n\t]|\p{Surrogate}/u.test(value))
    throw new Error(`PowerShell has no safe way to write the control characters or broken Unicode of ${yaml(value)}`);
  return `'${value.replaceAll(POWERSHELL_QUOTES, "$&$&")}'`;
}

/** An array of such values: @('a', 'b'). */
export function psArray(values: readonly (string | number)[]): string {
  return `@(${values.map(ps).join(", ")})`;
}

/** Code points that XML 1.0 has no way to write. Half of a surrogate pair is one. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const XML_NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

/** Text for an element or an attribute of XML. It never spans lines, and reads back as it is: blanks but spaces are numbers. */
export function xml(value: string | number): string {
  const text = String(value);
  if (NOT_XML.test(text)) throw new Error("XML can't hold a control character");
  return text.replaceAll(
    /[&<>'"\t\n\r\u0085\u2028]/g,
    (character) => XML_NAMES[character] ?? `&#${character.charCodeAt(0)};`,
  );
}

const YAML_PLAIN = /^[A-Za-z][A-Za-z0-9_.-]*$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/;
/** Words that some reader of YAML takes for something other than text. */
const YAML_WORDS = new Set(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]);
/** An exponent without a number: some readers of YAML 1.1 take it for one. */
const YAML_EXPONENT = /^e\d+$/i;

/**
 * A string scalar for YAML 1.1 and 1.2, in block and in flow style: a double-quoted JSON string is one. It never spans
 * lines, so it is also what stands in a comment of any language.
 */
export function yaml(value: string): string {
  const isPlain =
    (YAML_PLAIN.test(value) && !YAML_WORDS.has(value.toLowerCase()) && !YAML_EXPONENT.test(value)) || IPV4.test(value);
  return isPlain ? value : JSON.stringify(value).replaceAll(UNPRINTABLE, (character) => `\\u${hex(character)}`);
}

/** What JSON leaves as it is, and YAML refuses or takes for a line break. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** What YAML has no way to show as it is, among the lines of a literal block. */
const NOT_LITERAL = /[^\P{Cc}\n\t]|[\u0085\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/**
 * A text of whole lines as a literal block of YAML, for a key that stands four columns in: it reads as the text itself. Its end is the end of
 * its last line, so it has to have one and no empty line behind it.
 */
export function literal(text: string): string {
  if (NOT_LITERAL.test(text))
    throw new Error("a literal block of YAML can't hold control characters or broken Unicode");
  if (!/^\S/.test(text) || text !== `${text.trimEnd()}\n`)
    throw new Error("a literal block of YAML begins with a word and ends with a line");
  const lines = text.trimEnd().split("\n");
  return `|\n${lines.map((line) => (line === "" ? "" : `      ${line}`)).join("\n")}`;
}

const KEYFILE_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A value of a GLib key file, as NetworkManager has them: leading blanks would be lost, and a backslash begins an escape. */
export function keyfile(value: string): string {
  if (/[^\P{Cc}\n\r\t]|\p{Surrogate}/u.test(value))
    throw new Error(`a key file can't hold the control characters or broken Unicode of ${yaml(value)}`);
  const escaped = value.replaceAll(/[\\\n\r\t]/g, (character) => KEYFILE_ESCAPES[character] ?? "");
  return escaped.replace(/^(?: |\\[nrt])+/, (leading) => leading.replaceAll(" ", "\\s"));
}

/** One item of a list in a GLib key file; `;` ends an item. */
export function keyfileItem(value: string): string {
  return keyfile(value).replaceAll(";", "\\;");
}

/**
 * A word of interfaces(5), which has no quoting: it stands in options and, just so, in the shell commands of `up` and `down` lines.
 * Only what is read the same by both is written.
 */
export function interfaces(value: string | number): string {
  const text = String(value);
  if (!/^[A-Za-z0-9_.:/@%+,][A-Za-z0-9_.:/@%+,-]*$/.test(text))
    throw new Error(`the file /etc/network/interfaces has no way to write ${yaml(text)}: it knows no quotes`);
  return text;
}

/** A name or an address in rules of nftables, also between quotes there, which have no escapes. */
export function nft(value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/.test(value))
    throw new Error(`rules of nftables have no way to write ${yaml(value)}`);
  return value;
}

/** Text between double quotes in a udev rule, which has no escapes that every release reads alike. */
export function systemdText(value: string): string {
  if (!/^[A-Za-z0-9 _.:/@+,-]*$/.test(value)) throw new Error(`a udev rule has no safe way to write ${yaml(value)}`);
  return value;
}

/**
 * A word of systemd's .network and .netdev files and of udev rules. Which characters mean something differs from key to key and release to
 * release, so only words that need no quoting are written.
 */
export function systemd(value: string | number): string {
  const text = String(value);
  if (!/^[A-Za-z0-9:][A-Za-z0-9_.:/+,-]*$/.test(text))
    throw new Error(`files of systemd and udev have no safe way to write ${yaml(text)}`);
  return text;
}
