// The published JSON Schema: fresh, valid, and of one mind with the parser about what an environment is.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkEnvironmentText } from "../providers/engine/check.js";
import { environmentJsonSchema } from "../providers/model/environment.js";
import { DRIVERS } from "../providers/platforms/index.js";
import { goldenCases } from "./golden.js";

const root = join(__dirname, "..");
const published = readFileSync(join(root, "schema/environment.schema.json"), "utf8");
const schema = JSON.parse(published) as Record<string, unknown>;
const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
const validate = ajv.compile(schema);

const stacks = readdirSync(join(root, "stacks"))
  .filter((file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."))
  .map((file) => ({ name: file, spec: readFileSync(join(root, "stacks", file), "utf8") }));

describe("the schema", () => {
  it("is the one that the model has now", () => {
    const fresh = `${JSON.stringify(environmentJsonSchema(), null, 2)}\n`;
    expect(published === fresh, "schema/environment.schema.json is old. Write it with: npm run schema").toBe(true);
  });

  it("is valid JSON Schema, draft 2020-12", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it("describes every key, for the editor to show", () => {
    expect(keysWithoutDescription(schema, "")).toEqual([]);
  });

  it.each([...stacks, ...DRIVERS.flatMap(({ name }) => goldenCases(name))])("takes $name", ({ spec }) => {
    expect(validate(parse(spec)), ajv.errorsText(validate.errors)).toBe(true);
  });

  it.each(stacks)("$name tells the editor which schema it follows", ({ spec }) => {
    expect(spec.split("\n")[0]).toBe("# yaml-language-server: $schema=../schema/environment.schema.json");
  });

  it.each(goldenCases("problems"))("and the parser agree about $name", ({ spec }) => {
    const { environment, problems } = checkEnvironmentText(spec, "spec.yaml");
    // Where the text can't be read, or stands for something else than its plain YAML, there is nothing to agree about.
    if (problems.some((problem) => problem.rule === "yaml")) return;
    expect(validate(parse(spec))).toBe(environment !== undefined);
  });

  it.each([
    ["an unknown key", { environment: "t", hostz: {} }],
    ["no name", {}],
    ["a VLAN too large", { environment: "t", networks: { a: { vlan: 4095 } } }],
    ["a VLAN as text", { environment: "t", networks: { a: { vlan: "10" } } }],
    ["a name with a blank", { environment: "t", networks: { "a b": {} } }],
    ["a shell command for a name", { environment: "$(reboot)" }],
    ["a password", { environment: "t", hosts: { a: { platform: "kvm", ssh: { password: "x" } } } }],
    ["a platform that does not exist", { environment: "t", hosts: { a: { platform: "xen" } } }],
    ["a list for a map", { environment: "t", vms: [] }],
  ])("refuses %s", (_sentence, value) => {
    expect(validate(value)).toBe(false);
  });
});

/** Paths of keys that an editor would show without a word. */
function keysWithoutDescription(node: unknown, path: string): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { properties = {} } = node as { properties?: Record<string, { description?: string }> };
  const bare = Object.entries(properties).flatMap(([key, value]) => (value.description ? [] : [`${path}.${key}`]));
  return [...bare, ...Object.entries(node).flatMap(([key, value]) => keysWithoutDescription(value, `${path}/${key}`))];
}
