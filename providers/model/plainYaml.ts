// The value of an ordinary YAML text, by a parser that takes a tenth of the time of the one that keeps places and says
// what is wrong. Whatever is not ordinary is left to that one. Pure.
import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";

/**
 * The value of a text in which everything has one obvious meaning. Undefined for a text with a fault, and for one with
 * anchors, tags, merge keys, block scalars, directives, keys twice in one map, several documents, or numbers in an unusual spelling:
 * `readYamlFile` judges those.
 */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return { value: new EventReader(text, parseEvents(text, {})).read() };
  } catch (error) {
    if (error instanceof YAMLException || error instanceof Unusual) return undefined;
    throw error;
  }
}

/** A byte order mark, a NUL, what is left of another encoding; and all that the two parsers were seen to differ about. */
const UNUSUAL = new RegExp(
  [
    /[\uFEFF\uFFFD\0\t]/, // tabs
    /^ +---|^ *\.\.\./, // markers of documents where they are none, or end one
    /^ *%/, // directives of any name
    /\\\r?$/, // a line that is continued inside double quotes
  ]
    .map(({ source }) => source)
    .join("|"),
  "m",
);

/** `|` and `>`: the two parsers differ about their edges. */
const BLOCK_STYLES: ReadonlySet<number> = new Set([SCALAR_STYLE.LITERAL_BLOCK, SCALAR_STYLE.FOLDED_BLOCK]);

/** What may follow a closing quote; one of the parsers lets text begin there. */
const AFTER_QUOTE = /^[\s,:\]}]?$/;

class Unusual extends Error {}

class EventReader {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly events: readonly Event[],
  ) {}

  read(): unknown {
    const start = this.next();
    if (start.type !== EVENT_ID.DOCUMENT || start.directives.length > 0) throw new Unusual();
    const value = this.value(this.next());
    // The document's own end is the last event: a second one would follow it.
    if (this.next().type !== EVENT_ID.POP || this.at < this.events.length) throw new Unusual();
    return value;
  }

  private next(): Event {
    const event = this.events[this.at++];
    if (!event) throw new Unusual();
    return event;
  }

  private value(event: Event): unknown {
    if (event.type === EVENT_ID.SCALAR) return scalarValue(this.scalar(event), event);
    if (event.type === EVENT_ID.SEQUENCE && isPlain(event)) return this.sequence();
    if (event.type === EVENT_ID.MAPPING && isPlain(event)) return this.mapping();
    throw new Unusual();
  }

  private sequence(): unknown[] {
    const items: unknown[] = [];
    for (let event = this.next(); event.type !== EVENT_ID.POP; event = this.next()) items.push(this.value(event));
    return items;
  }

  private mapping(): object {
    const own: Record<string, unknown> = {};
    for (let event = this.next(); event.type !== EVENT_ID.POP; event = this.next()) {
      if (event.type !== EVENT_ID.SCALAR) throw new Unusual();
      const key = this.scalar(event);
      if (key === "" || key === "<<" || key === "__proto__" || Object.hasOwn(own, key)) throw new Unusual();
      own[key] = this.value(this.next());
    }
    return own;
  }

  private scalar(event: ScalarEvent): string {
    if (!isPlain(event) || BLOCK_STYLES.has(event.style)) throw new Unusual();
    if (event.style !== SCALAR_STYLE.PLAIN && !AFTER_QUOTE.test(this.text.charAt(event.valueEnd + 1)))
      throw new Unusual();
    return getScalarValue(this.text, event);
  }
}

/** Whether a node carries neither an anchor nor a tag. */
function isPlain(node: { readonly anchorStart: number; readonly tagStart: number }): boolean {
  return node.anchorStart < 0 && node.tagStart < 0;
}

const NUMBER = /^(?:0|-?[1-9]\d{0,14})$/;
/** What YAML 1.2's core schema takes for something other than text, in whatever spelling. */
const NOT_TEXT =
  /^(?:[-+]?(?:\d+|0o[0-7]+|0x[\da-f]+|(?:\.\d+|\d+\.?\d*)(?:e[-+]?\d+)?|\.inf)|\.nan|~|null|true|false)$/i;

function scalarValue(text: string, { style }: ScalarEvent): unknown {
  if (style !== SCALAR_STYLE.PLAIN) return text;
  if (text === "" || text === "null" || text === "~") return null;
  if (text === "true" || text === "false") return text === "true";
  if (NUMBER.test(text)) return Number(text);
  if (NOT_TEXT.test(text)) throw new Unusual();
  return text;
}
