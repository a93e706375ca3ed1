// SOAP text both ways: what is written reads back the same, hostile text stays text, and what is not XML is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTree } from "../../../providers/host/vim/readTree.js";
import { readXml, type XmlElement } from "../../../providers/host/vim/readXml.js";
import { writeCall } from "../../../providers/host/vim/writeCall.js";
import type { Ref, VimObject, VimTree, VimValue } from "../../../providers/model/vim.js";
import { soap } from "./testVcenter.js";

const object = { type: "Folder", value: "group-n5" };
const write = (content: VimObject) => writeCall({ object, method: "Do_Task", arguments: content });

/** The arguments of a written call, as a server reads them. */
function readBack(text: string): VimTree | undefined {
  const [body] = readXml(text).children;
  const [method] = body?.children ?? [];
  return readTree(method as XmlElement);
}

const read = (content: string) =>
  readTree(readXml(soap(`<r xmlns="urn:vim25">${content}</r>`)).children[0]?.children[0] as XmlElement);

describe("a call", () => {
  it("is written in the order of its keys, with types, references and lists", () => {
    const spec = {
      $type: "VMwareDVSConfigSpec",
      configVersion: "7",
      name: undefined,
      host: [{ operation: "edit", host: { type: "HostSystem", value: "host-21" } }],
      maxMtu: 9000,
      flag: false,
      none: [],
      option: { $type: "xsd:string", $text: "false" },
    };
    const text = write({ spec });
    expect(text.slice(text.indexOf("<Do_Task"), text.indexOf("</soapenv:Body>"))).toBe(
      '<Do_Task xmlns="urn:vim25"><_this type="Folder">group-n5</_this><spec xsi:type="VMwareDVSConfigSpec"><configVersion>7</configVersion>' +
        '<host><operation>edit</operation><host type="HostSystem">host-21</host></host><maxMtu>9000</maxMtu><flag>false</flag>' +
        '<option xsi:type="xsd:string">false</option></spec></Do_Task>',
    );
  });

  it.each([
    "</name><evil/>",
    "]]>",
    "<![CDATA[x]]>",
    "&amp;&lt;",
    "a\r\nb\tc",
    "\"'",
    "<!DOCTYPE x>",
    "&#0;",
    "𝛀 ü \u2028",
  ])("carries %j as text", (text) => {
    expect(readBack(write({ name: text, ref: { type: text, value: text } }))).toMatchObject({
      name: text,
      ref: { type: text, value: text },
    });
  });

  it.each(["a\u0000b", "\u001b[31m", "\uFFFE", "half \uD800 of a pair"])(
    "refuses %j, which XML cannot carry, without showing it",
    (text) => {
      expect(() => write({ spec: { password: `secret${text}` } })).toThrow(
        /Do_Task\.spec\.password holds the character U\+/,
      );
      expect(() => write({ spec: { password: `secret${text}` } })).not.toThrow(/secret/);
    },
  );

  it.each([
    [{ "a b": "x" }, /a b is not the name/],
    [{ "a><b": "x" }, /is not the name/],
    [{ a: { $type: 'X" evil="1' } }, /not the name of a type/],
    [{ a: Number.NaN }, /cannot be sent exactly/],
    [{ a: 2 ** 60 }, /cannot be sent exactly/],
  ] as [VimObject, RegExp][])("refuses %j", (content, message) => {
    expect(() => write(content)).toThrow(message);
  });

  const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/);
  const text = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((each) => !/[\uD800-\uDFFF](?![\uDC00-\uDFFF])/.test(each) || each.isWellFormed());
  const ref: fc.Arbitrary<Ref> = fc.record({ type: name, value: text });
  const { node } = fc.letrec<{ node: VimObject; value: VimValue }>((tie) => ({
    node: fc
      .dictionary(name, tie("value"), { minKeys: 1, maxKeys: 4 })
      .filter((each) => !("value" in each && "type" in each) && !("_this" in each)),
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      ref,
      fc.array(fc.oneof(text, ref), { minLength: 2, maxLength: 3 }),
      tie("node"),
    ),
  }));

  it("reads back as it was, whatever is in it", () => {
    fc.assert(
      fc.property(node, (content) => {
        const { _this, ...rest } = readBack(write(content)) as Record<string, VimTree>;
        expect(_this).toEqual(object);
        expect(rest).toEqual({ ...content });
      }),
      { numRuns: 300 },
    );
  });
});

describe("an answer", () => {
  it("is read by namespace, whatever the prefixes are", () => {
    const text =
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:_x="http://www.w3.org/2001/XMLSchema-instance" xmlns:v="urn:vim25" xmlns:q="http://www.w3.org/2001/XMLSchema"><e:Body>' +
      '<v:r><v:val _x:type="v:ArrayOfThing"><v:Thing _x:type="v:Special"><v:a _x:type="q:string"/></v:Thing></v:val><v:gone _x:nil="true"/></v:r></e:Body></e:Envelope>';
    expect(readTree(readXml(text).children[0]?.children[0] as XmlElement)).toEqual({
      val: [{ $type: "Special", a: "" }],
    });
  });

  it("tells references, empty objects, lists and text apart", () => {
    expect(
      read(
        '<a type="HostSystem">h</a><b xsi:type="NotFound"/><c/><d>1</d><d>2</d><e>&lt;&amp;&#65;&#x42;<![CDATA[<x>]]></e>\n',
      ),
    ).toEqual({
      a: { type: "HostSystem", value: "h" },
      b: { $type: "NotFound" },
      c: "",
      d: ["1", "2"],
      e: "<&AB<x>",
    });
  });

  it("takes an xsi:type only from its own namespace", () => {
    expect(read('<a type="X"><b>1</b></a>')).toEqual({ a: { b: "1" } });
    expect(read('<a xmlns:o="urn:other" o:type="X"><b>1</b></a>')).toEqual({ a: { b: "1" } });
  });

  it("keeps names that mean something to JavaScript as names", () => {
    const tree = read("<__proto__><polluted>1</polluted></__proto__><constructor>2</constructor>") as Record<
      string,
      unknown
    >;
    expect(Object.keys(tree)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(tree.polluted).toBeUndefined();
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /document type/],
    ["an unknown entity", "<a>&copy;</a>", /undefined entity/],
    ["a missing end", "<a><b>1</b>", /unclosed tag/],
    ["crossed tags", "<a><b>1</a></b>", /unexpected close tag/],
    ["two roots", "<a/><b/>", /one root/],
    ["a character XML has not", "<a>&#1;</a>", /malformed character entity/],
    ["an unknown prefix", "<x:a/>", /unbound namespace/],
    ["nothing", "", /root element/],
    ["a thousand levels", `${"<a>".repeat(1000)}${"</a>".repeat(1000)}`, /deeper than/],
  ])("with %s is refused", (_what, text, message) => {
    expect(() => readXml(text)).toThrow(message);
  });
});
