// Static members: [IO.File], [Convert], [Text.Encoding] and the others that scripts of ours use.
import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { Value } from "../contract";
import type { Place } from "./ast";
import { startInfo, startProcess } from "./childProcess";
import { convert, guid, halfToEven } from "./convert";
import { runtimeError, Unsupported } from "./failure";
import { invokeFileStatic } from "./fileStatics";
import { makeList } from "./methods";
import { timeSpan } from "./operators";
import { parse } from "./parse";
import type { Session } from "./session";
import { Block, isArray, isNumber, isObject, itemsOf, NOTHING, toText, typedObject } from "./values";

const shortType = (type: string) => type.toLowerCase().replace(/^system\./, "");

export function readStatic(session: Session, type: string, name: string, at: Place): Value {
  const member = `${shortType(type)}::${name.toLowerCase()}`;
  switch (member) {
    case "text.encoding::utf8":
      return typedObject("System.Text.UTF8Encoding", { Bom: true });
    case "text.encoding::unicode":
      return typedObject("System.Text.UnicodeEncoding");
    case "text.encoding::ascii":
      return typedObject("System.Text.ASCIIEncoding");
    case "datetime::utcnow":
    case "datetime::now":
      return session.machine.now();
    case "datetimeoffset::utcnow":
    case "datetimeoffset::now":
      return typedObject("System.DateTimeOffset", {
        UtcDateTime: session.machine.now(),
        DateTime: session.machine.now(),
      });
    case "console::out":
      return typedObject("System.IO.TextWriter", { Stream: "out" });
    case "console::error":
      return typedObject("System.IO.TextWriter", { Stream: "error" });
    case "console::in":
      return typedObject("System.IO.TextReader");
    case "console::outputencoding":
    case "console::inputencoding":
      return session.consoleEncoding;
    case "environment::newline":
      return "\r\n";
    case "environment::machinename":
      return session.machine.environment.COMPUTERNAME ?? "";
    case "string::empty":
      return "";
    case "int::maxvalue":
    case "int32::maxvalue":
      return 2147483647;
    case "long::maxvalue":
    case "int64::maxvalue":
      return 9223372036854775807n;
    case "guid::empty":
      return guid("00000000-0000-0000-0000-000000000000");
    case "stringcomparison::ordinalignorecase":
    case "stringcomparison::ordinal":
    case "io.filemode::createnew":
      return name;
    default:
      throw new Unsupported(`[${type}]::${name}`, at);
  }
}

export async function invokeStatic(
  session: Session,
  type: string,
  name: string,
  args: readonly Value[],
  at: Place,
): Promise<Value> {
  const short = shortType(type);
  if (short === "io.file" || short === "io.directory" || short === "io.path") {
    if (/^(Write|Move|Delete|Replace)/i.test(name)) await session.machine.beforeCall(`[IO.File]::${name}`);
    return invokeFileStatic(session, short, name.toLowerCase(), args, at);
  }
  const [first = null, second = null] = args;
  switch (`${short}::${name.toLowerCase()}`) {
    case "convert::tobase64string":
      return Buffer.from(first as number[]).toString("base64");
    case "convert::frombase64string":
      return fromBase64(toText(first));
    case "datetimeoffset::new": {
      const date = convert(first, "datetime");
      return typedObject("System.DateTimeOffset", { UtcDateTime: date, DateTime: date });
    }
    case "text.utf8encoding::new":
      return typedObject("System.Text.UTF8Encoding", { Bom: first === true });
    case "net.networkcredential::new":
      return typedObject("System.Net.NetworkCredential", {
        UserName: toText(first),
        SecurePassword: typedObject("System.Security.SecureString", {
          Plain: toText(second),
          __text: "System.Security.SecureString",
        }),
      });
    case "management.automation.pscredential::new":
      return credential(first, second);
    case "diagnostics.processstartinfo::new":
      return startInfo(args);
    case "diagnostics.process::start":
      return startProcess(session, first, at);
    case "scriptblock::create":
      return new Block(toText(first), parse(toText(first)));
    case "guid::newguid":
      return guid(randomUUID());
    case "guid::new":
    case "guid::parse":
      return convert(first, "guid");
    case "regex::escape":
      return toText(first).replace(/[\\*+?|{[()^$.#\s]/g, "\\$&");
    case "regex::match":
      throw new Unsupported("[regex]::Match", at);
    case "string::isnullorempty":
      return first === null || first === "";
    case "string::isnullorwhitespace":
      return first === null || toText(first).trim() === "";
    case "string::join":
      return itemsOf(args.length === 2 && isArray(second) ? second : args.slice(1))
        .map(toText)
        .join(toText(first));
    case "string::equals":
    case "string::compare":
      throw new Unsupported(`[string]::${name}`, at);
    case "math::max":
      return Math.max(Number(first), Number(second));
    case "math::min":
      return Math.min(Number(first), Number(second));
    case "math::floor":
      return Math.floor(Number(first));
    case "math::ceiling":
      return Math.ceil(Number(first));
    case "math::abs":
      return Math.abs(Number(first));
    case "math::round":
      return isNumber(second) ? Number(Number(first).toFixed(Number(second))) : halfToEven(Number(first));
    case "timespan::fromseconds":
      return timeSpan(Number(convert(first, "double")) * 1000);
    case "timespan::fromminutes":
      return timeSpan(Number(convert(first, "double")) * 60_000);
    case "timespan::new":
      return timeSpan(newTimeSpan(args));
    case "timespan::frommilliseconds":
      return timeSpan(Number(convert(first, "double")));
    case "datetime::parse":
      return convert(first, "datetime");
    case "environment::exit":
    case "environment::getenvironmentvariable":
      throw new Unsupported(`[Environment]::${name}`, at);
    case "console::writeline":
      session.out(`${args.map(toText).join("")}\r\n`);
      return NOTHING;
    case "console::write":
      session.out(args.map(toText).join(""));
      return NOTHING;
    default:
      if (/^collections\.(generic\.list\[.*\]|arraylist)$/.test(short) && name.toLowerCase() === "new") {
        return makeList(isArray(first) ? first : [], short === "collections.arraylist");
      }
      throw new Unsupported(`[${type}]::${name}()`, at);
  }
}

export function credential(user: Value, password: Value): Value {
  if (!isObject(password) || password.type !== "System.Security.SecureString")
    throw runtimeError(
      "MethodCountCouldNotFindBest",
      'Cannot find an overload for "PSCredential" and the argument count: "2".',
    );
  return typedObject("System.Management.Automation.PSCredential", {
    UserName: toText(user),
    Password: password,
    __text: "System.Management.Automation.PSCredential",
  });
}

function fromBase64(text: string): Value {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) || text.replace(/\s/g, "").length % 4 !== 0) {
    throw runtimeError(
      "FormatException",
      'Exception calling "FromBase64String" with "1" argument(s): "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters. "',
      "NotSpecified",
      "MethodInvocationException",
    );
  }
  return [...Buffer.from(text, "base64")];
}

/** (hours, minutes, seconds) or (days, hours, minutes, seconds). */
function newTimeSpan(args: readonly Value[]): number {
  const parts = args.map((arg) => Number(convert(arg, "int")));
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.length === 3 ? [0, ...parts] : parts;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
