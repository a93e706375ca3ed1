// What a bad line and a strange server do to the client: deadlines, broken connections, answers that are none.
import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { connectVcenter, type VcenterTimes } from "../../../providers/host/vim/connectVcenter.js";
import type { VimFault } from "../../../providers/host/vim/soapFault.js";
import type { Vcenter } from "../../../providers/host/vim/vcenter.js";
import type { VcenterError } from "../../../providers/host/vim/vcenterError.js";
import {
  type Answer,
  answers,
  failure,
  fault,
  makeCertificate,
  respond,
  soap,
  startTestVcenter,
  type TestCertificate,
} from "./testVcenter.js";

let certificate: TestCertificate;
let thumbprint: string;

beforeAll(() => {
  certificate = makeCertificate();
  thumbprint = new X509Certificate(certificate.cert).fingerprint256;
});

/** A client of a server that answers in its own way; what happened is read from `count`. */
async function withVcenter(
  own: Record<string, string | Answer>,
  use: (vcenter: Vcenter, count: (method: string) => number) => Promise<void>,
  times: VcenterTimes = {},
): Promise<void> {
  await using server = await startTestVcenter(certificate, answers(own));
  const vcenter = await connectVcenter({ server: server.server, user: "u", password: "topsecret", thumbprint }, times);
  await use(vcenter, (method) => server.asked.filter((asked) => asked.method === method).length);
  await vcenter.close();
}

const folder = { type: "Folder", value: "group-n5" };
const question = { object: folder, method: "QuerySomething", arguments: {} };
const change = { object: folder, method: "Rename", arguments: { newName: "x" } };
const taskCall = { object: folder, method: "Rename_Task", arguments: { newName: "x" } };
const drop: Answer = (_asked, response) => void response.socket?.destroy();
const silent: Answer = () => {};
/** Answers the first time in one way, and then in another. */
function first(once: Answer, then: Answer): Answer {
  let isFirst = true;
  return (asked, response) => {
    const answer = isFirst ? once : then;
    isFirst = false;
    answer(asked, response);
  };
}
const answerOf =
  (method: string, text: string): Answer =>
  (_asked, response) =>
    respond(response, soap(`<${method}Response xmlns="urn:vim25">${text}</${method}Response>`));
const notAuthenticated: Answer = (_asked, response) =>
  respond(response, fault("NotAuthenticated", "The session is not authenticated."), { status: 500 });

describe("a connection that breaks without an answer", () => {
  it("lets a question be asked again", () =>
    withVcenter(
      { QuerySomething: first(drop, answerOf("QuerySomething", "<returnval>42</returnval>")) },
      async (vcenter, count) => {
        expect(await vcenter.call(question)).toBe("42");
        expect(count("QuerySomething")).toBe(2);
      },
    ));

  it("makes a change lost, and does not repeat it", () =>
    withVcenter({ Rename: drop }, async (vcenter, count) => {
      const error = await failure<VcenterError>(vcenter.call(change));
      expect(error.kind).toBe("lost");
      expect(error.message).toContain("Rename of Folder:group-n5 had been sent: whether it took effect is not known");
      expect(count("Rename")).toBe(1);
    }));

  it.each([
    [
      "in the middle of the answer",
      ((_asked, response) => {
        response.writeHead(200, { "Content-Length": "1000" });
        response.write("<soap");
        setTimeout(() => response.socket?.destroy(), 50);
      }) as Answer,
    ],
    ["never", silent],
    [
      "drop by drop",
      ((_asked, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(" "), 50);
        response.once("close", () => clearInterval(timer));
      }) as Answer,
    ],
    [
      "with half an envelope",
      ((_asked, response) => respond(response, soap("<RenameResponse").slice(0, 300))) as Answer,
    ],
    [
      "as a gateway that waited in vain",
      ((_asked, response) => respond(response, "upstream", { status: 504 })) as Answer,
    ],
  ])("a change that is answered %s is lost", (_how, answer) =>
    withVcenter(
      { Rename: answer },
      async (vcenter, count) => {
        expect((await failure<VcenterError>(vcenter.call(change))).kind).toBe("lost");
        expect(count("Rename")).toBe(1);
      },
      { answerTimeoutSeconds: 0.4 },
    ),
  );

  it("an answer may take longer than an idle connection is kept", () =>
    withVcenter(
      {
        QuerySomething: (asked, response) =>
          void setTimeout(() => answers({ QuerySomething: "" })(asked, response), 3300),
      },
      async (vcenter, count) => {
        await vcenter.call(question);
        await vcenter.call(question);
        expect(count("QuerySomething")).toBe(2);
      },
    ));

  it("a question without an answer ends at its deadline", () =>
    withVcenter(
      { QuerySomething: silent },
      async (vcenter) => {
        const error = await failure<VcenterError>(vcenter.call(question));
        expect([error.kind, error.message]).toEqual([
          "timeout",
          `${vcenter.label}: no answer to QuerySomething within 0.3 s.`,
        ]);
      },
      { answerTimeoutSeconds: 0.3 },
    ));
});

describe("an answer that is none", () => {
  it.each([
    [
      "a login page",
      "<html><head><title>Log in to topsecret</title></head></html>",
      { type: "text/html" },
      /not vCenter's SOAP service: HTTP 200, text\/html, titled "Log in to/,
    ],
    ["an HTML error", "<html/>", { status: 404, type: "text/html" }, /HTTP 404/],
    ["JSON", "{}", { type: "application/json" }, /not vCenter's SOAP service/],
    ["another XML", "<?xml version='1.0'?><feed/>", {}, /not vCenter's SOAP service/],
    ["a broken envelope", soap("<a><b></a>"), {}, /cannot be read: .*unexpected close tag/],
    ["a document type", soap("").replace("<soapenv:Envelope", "<!DOCTYPE x><soapenv:Envelope"), {}, /document type/],
    ["the answer to another call", soap('<OtherResponse xmlns="urn:vim25"/>'), {}, /holds OtherResponse/],
  ])("%s is told as such", (_what, text, how, message) =>
    withVcenter({ QuerySomething: (_asked, response) => respond(response, text, how) }, async (vcenter) => {
      const error = await failure<VcenterError>(vcenter.call(question));
      expect(error.kind).toBe("answer");
      expect(error.message).toMatch(message);
    }),
  );

  it("a redirection is not followed", () =>
    withVcenter(
      {
        QuerySomething: (_asked, response) => {
          response.writeHead(302, { Location: "https://elsewhere.example.net/sdk" });
          response.end();
        },
      },
      async (vcenter) => {
        expect((await failure(vcenter.call(question))).message).toContain(
          "a redirection to https://elsewhere.example.net/sdk, which is not followed",
        );
      },
    ));

  it("bytes that are no UTF-8 are told as such", () =>
    withVcenter(
      { QuerySomething: (_asked, response) => void response.end(Buffer.from([0x3c, 0xff, 0xfe])) },
      async (vcenter) => {
        expect((await failure(vcenter.call(question))).message).toContain("not UTF-8");
      },
    ));
});

describe("a session", () => {
  it("is one for all who ask at once, and carries its cookie", async () => {
    await using server = await startTestVcenter(certificate, answers({ QuerySomething: "" }));
    const target = { server: server.server, user: "u", password: "p", thumbprint };
    const doors = await Promise.all([1, 2, 3].map(() => connectVcenter(target)));
    await Promise.all(doors.map((door) => door.call(question)));
    const methods = server.asked.map(({ method }) => method);
    expect(methods.filter((method) => method === "Login").length).toBe(1);
    expect(methods.filter((method) => method === "RetrieveServiceContent").length).toBe(1);
    const headers = server.asked.filter(({ method }) => method === "QuerySomething").map((asked) => asked.headers);
    for (const { cookie, soapaction } of headers)
      expect([cookie, soapaction]).toEqual(['vmware_soap_session="s1"', "urn:vim25/8.0.3.0"]);
    expect(server.asked.find(({ method }) => method === "Login")?.headers.cookie).toBeUndefined();
    await doors[0]?.close();
    expect(server.asked.at(-1)?.method).toBe("Logout");
  });

  it.each([question, change])("that vCenter ended is opened anew, and $method is said once more", (call) =>
    withVcenter({ [call.method]: first(notAuthenticated, answerOf(call.method, "")) }, async (vcenter, count) => {
      await vcenter.call(call);
      expect([count("Login"), count(call.method)]).toEqual([2, 2]);
    }),
  );

  it("that ends again at once is an error, not a circle", () =>
    withVcenter({ QuerySomething: notAuthenticated }, async (vcenter, count) => {
      expect((await failure<VimFault>(vcenter.call(question))).faultType).toBe("NotAuthenticated");
      expect(count("QuerySomething")).toBe(2);
    }));

  it("cannot be opened by a server that shows the password back: it is not in the error", () =>
    withVcenter(
      {
        Login: (asked, response) =>
          respond(response, fault("SystemError", `bad: ${/<password>(.*)<\/password>/.exec(asked.body)?.[1]}`), {
            status: 500,
          }),
      },
      async (vcenter) => {
        const error = await failure<VcenterError>(vcenter.call(question));
        expect(error.message).toContain("bad: (password)");
        expect(String(error.stack)).not.toContain("topsecret");
      },
    ));
});

describe("waiting for a task", () => {
  const news = (state: string, more = "") =>
    `<returnval><version>2</version><filterSet><objectSet><kind>modify</kind><obj type="Task">task-1</obj><changeSet><name>info.state</name><op>assign</op><val xsi:type="TaskInfoState">${state}</val></changeSet>${more}</objectSet></filterSet></returnval>`;
  const result = `<changeSet><name>info.result</name><op>assign</op><val xsi:type="ManagedObjectReference" type="Folder">group-n9</val></changeSet>`;
  const done = answerOf("WaitForUpdatesEx", news("success", result));
  const task = {
    Rename_Task: '<returnval type="Task">task-1</returnval>',
    CreatePropertyCollector: '<returnval type="PropertyCollector">own</returnval>',
    CreateFilter: '<returnval type="PropertyFilter">f</returnval>',
    DestroyPropertyCollector: "",
  };

  it.each([
    ["when nothing is new for a while", first(answerOf("WaitForUpdatesEx", ""), done)],
    ["when the connection breaks", first(drop, done)],
    ["when its session ends", first(notAuthenticated, done)],
    [
      "when the answer is garbage once",
      first((_asked, response) => respond(response, soap("<a>").slice(0, -30)), done),
    ],
    [
      "when its collector is gone",
      first((_asked, response) => respond(response, fault("ManagedObjectNotFound", "gone"), { status: 500 }), done),
    ],
  ])("goes on %s", (_when, answer) =>
    withVcenter({ ...task, WaitForUpdatesEx: answer }, async (vcenter, count) => {
      expect(await vcenter.run(taskCall)).toEqual({ type: "Folder", value: "group-n9" });
      expect([count("Rename_Task"), count("WaitForUpdatesEx")]).toEqual([1, 2]);
      expect(count("DestroyPropertyCollector")).toBe(count("CreatePropertyCollector"));
    }),
  );

  it("is lost when vCenter stays away", () =>
    withVcenter(
      {
        ...task,
        WaitForUpdatesEx: drop,
        CreatePropertyCollector: first(answerOf("CreatePropertyCollector", task.CreatePropertyCollector), drop),
      },
      async (vcenter, count) => {
        const error = await failure<VcenterError>(
          vcenter.run(taskCall, { title: "renaming a folder", patienceSeconds: 0.1 }),
        );
        expect(error.kind).toBe("lost");
        expect(error.message).toContain(
          "renaming a folder was started (Task:task-1), but whether it succeeded is not known",
        );
        expect(count("Rename_Task")).toBe(1);
      },
      { connectTimeoutSeconds: 0.4 },
    ));

  it("ends at its deadline and says that the task goes on", () =>
    withVcenter(
      {
        ...task,
        WaitForUpdatesEx: (asked, response) =>
          void setTimeout(() => answerOf("WaitForUpdatesEx", news("running"))(asked, response), 100),
      },
      async (vcenter) => {
        const error = await failure<VcenterError>(vcenter.run(taskCall, { timeoutSeconds: 0.3 }));
        expect([error.kind, error.message]).toEqual(["timeout", expect.stringContaining("It was not cancelled")]);
      },
    ));
});

describe("who answers", () => {
  it.each([
    ["6.7.3", /multiport needs vCenter 7.0 or newer/],
    ["nonsense", /multiport needs vCenter 7.0 or newer/],
  ])("version %s is refused", async (version, message) => {
    await using server = await startTestVcenter(certificate, answers({}, { version }));
    expect(
      (await failure(connectVcenter({ server: server.server, user: "u", password: "p", thumbprint }))).message,
    ).toMatch(message);
  });

  it.each([
    ["7.0.1", "7.0.1.0", false],
    ["9.0.0", "9.0.0.0", true],
    ["10.2.0", "9.1.0.0", true],
  ])("with version %s %s is spoken", async (version, spoken, has) => {
    await using server = await startTestVcenter(certificate, answers({ QuerySomething: "" }, { version }));
    const vcenter = await connectVcenter({ server: server.server, user: "u", password: "p", thumbprint });
    await vcenter.call(question);
    expect(server.asked.at(-1)?.headers.soapaction).toBe(`urn:vim25/${spoken}`);
    expect([vcenter.has("7.0.2.0"), vcenter.has("9.2.0.0")]).toEqual([has, false]);
    await vcenter.close();
  });
});
