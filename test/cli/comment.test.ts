// Posting a comment, against servers on loopback that answer as GitHub's and GitLab's APIs do.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commentFile } from "../../cli/comment/command.js";
import type { Variables } from "../../cli/comment/github.js";

const MARKER = "<!-- multiport preview of site/prod -->";
const BODY = `${MARKER}\nnew text\n`;
const TOKEN = "token-that-stays-secret";

interface Note {
  id: number;
  body: string;
  author: string;
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A code host with one pull request: its comments, and every request it saw. */
class FakeHost {
  comments: Note[] = [];
  readonly requests: string[] = [];
  /** Answers given before the real ones: a host that is busy, or refuses. */
  readonly refusals: Answer[] = [];
  private readonly server: Server;

  constructor(private readonly answer: (host: FakeHost, request: FakeRequest) => Answer) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, "127.0.0.1", () =>
        resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`),
      );
    });
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? "", "http://host");
    this.requests.push(`${request.method} ${url.pathname}`);
    const body = text === "" ? "" : (JSON.parse(text) as { body: string }).body;
    const {
      status,
      json = {},
      headers = {},
    } = this.refusals.shift() ??
    this.answer(this, {
      method: request.method ?? "",
      path: url.pathname,
      page: Number(url.searchParams.get("page") ?? 1),
      size: Number(url.searchParams.get("per_page") ?? 30),
      token: request.headers.authorization ?? String(request.headers["private-token"]),
      body,
    });
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(json));
  }

  page({ page, size }: FakeRequest): Note[] {
    return this.comments.slice((page - 1) * size, page * size);
  }

  add(note: Omit<Note, "id">): Note {
    const added = { id: 1000 + this.comments.length, ...note };
    this.comments.push(added);
    return added;
  }
}

interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly page: number;
  readonly size: number;
  readonly token: string;
  readonly body: string;
}

/** What one host's API looks like, and how CI there is set up. */
interface Dialect {
  readonly name: string;
  readonly me: string;
  readonly answer: (host: FakeHost, request: FakeRequest) => Answer;
  readonly variables: (url: string, folder: string) => Variables;
  readonly missing: readonly (readonly [variable: string, message: RegExp])[];
}

const github: Dialect = {
  name: "GitHub",
  me: "github-actions[bot]",
  answer: (host, request) => {
    const comments = "/api/repos/org/site/issues";
    const toJson = ({ id, body, author }: Note) => ({ id, body, user: { login: author } });
    if (request.token !== `Bearer ${TOKEN}`) return { status: 401, json: { message: "Bad credentials" } };
    if (request.path === "/api/user")
      return { status: 403, json: { message: "Resource not accessible by integration" } };
    if (request.path === `${comments}/7/comments`) {
      if (request.method === "GET") return { status: 200, json: host.page(request).map(toJson) };
      if (request.method === "POST")
        return { status: 201, json: toJson(host.add({ body: request.body, author: github.me })) };
    }
    const note = host.comments.find(({ id }) => request.path === `${comments}/comments/${id}`);
    if (note && request.method === "PATCH")
      return { status: 200, json: toJson(Object.assign(note, { body: request.body })) };
    return { status: 404, json: { message: "Not Found" } };
  },
  variables: (url, folder) => {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    return {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: `${url}/api`,
      GITHUB_REPOSITORY: "org/site",
      GITHUB_TOKEN: TOKEN,
      GITHUB_EVENT_PATH: event,
    };
  },
  missing: [
    ["GITHUB_TOKEN", /^GITHUB_TOKEN is not set\. Give the step env: /],
    ["GITHUB_REPOSITORY", /^GITHUB_REPOSITORY is not set: this is no GitHub workflow run$/],
    ["GITHUB_EVENT_PATH", /^GITHUB_EVENT_PATH is not set: this is no GitHub workflow run$/],
  ],
};

const gitlab: Dialect = {
  name: "GitLab",
  me: "project_1_bot",
  answer: (host, request) => {
    const notes = "/api/v4/projects/42/merge_requests/7/notes";
    const toJson = ({ id, body, author }: Note) => ({
      id,
      body,
      system: author === "system",
      author: { username: author },
    });
    if (request.token !== TOKEN) return { status: 401, json: { message: "401 Unauthorized" } };
    if (request.path === "/api/v4/user") return { status: 200, json: { username: gitlab.me } };
    if (request.path === notes) {
      if (request.method === "GET") return { status: 200, json: host.page(request).map(toJson) };
      if (request.method === "POST")
        return { status: 201, json: toJson(host.add({ body: request.body, author: gitlab.me })) };
    }
    const note = host.comments.find(({ id }) => request.path === `${notes}/${id}`);
    if (note && request.method === "PUT")
      return { status: 200, json: toJson(Object.assign(note, { body: request.body })) };
    return { status: 404, json: { message: "404 Not found" } };
  },
  variables: (url) => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: `${url}/api/v4`,
    CI_MERGE_REQUEST_PROJECT_ID: "42",
    CI_MERGE_REQUEST_IID: "7",
    GITLAB_TOKEN: TOKEN,
  }),
  missing: [
    ["GITLAB_TOKEN", /^GITLAB_TOKEN is not set\. /],
    ["CI_MERGE_REQUEST_IID", /^this pipeline has no merge request\. /],
    ["CI_API_V4_URL", /^CI_API_V4_URL is not set: this is no GitLab pipeline$/],
  ],
};

describe.each([github, gitlab])("on $name", (dialect) => {
  let host: FakeHost;
  let folder: string;
  let file: string;
  let variables: Variables;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "multiport-comment-"));
    file = join(folder, "comment.md");
    writeFileSync(file, BODY);
    host = new FakeHost(dialect.answer);
    variables = dialect.variables(await host.listen(), folder);
  });
  afterEach(async () => {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const post = () => commentFile(file, variables);

  it("writes a comment where there is none", async () => {
    expect(await post()).toEqual({ host: dialect.name, posted: "created" });
    expect(host.comments.map(({ body }) => body)).toEqual([BODY]);
  });

  it("edits its own in place, and no other", async () => {
    host.add({ body: "looks good", author: "octocat" });
    const other = host.add({ body: `${MARKER.replace("prod", "dev")}\nother environment`, author: dialect.me });
    // Hosts give line ends back as they like.
    const own = host.add({ body: `${MARKER}\r\nold text\r\n`, author: dialect.me });
    expect(await post()).toEqual({ host: dialect.name, posted: "edited" });
    expect(own.body).toBe(BODY);
    expect(other.body).toContain("other environment");
    expect(host.comments).toHaveLength(3);
  });

  it("does not edit what somebody else wrote under our marker", async () => {
    const trap = host.add({ body: `${MARKER}\nnothing changes, trust me`, author: "mallory" });
    expect((await post()).posted).toBe("created");
    expect(trap.body).toContain("trust me");
    expect(host.comments).toHaveLength(2);
  });

  it("finds its own behind hundreds of others", async () => {
    for (let count = 0; count < 250; count++) host.add({ body: `${count}`, author: count % 2 ? "octocat" : "system" });
    const own = host.add({ body: `${MARKER}\nold`, author: dialect.me });
    expect((await post()).posted).toBe("edited");
    expect(own.body).toBe(BODY);
  });

  it("looks at every page, also when the last is full", async () => {
    for (let count = 0; count < 100; count++) host.add({ body: `${count}`, author: "octocat" });
    expect((await post()).posted).toBe("created");
  });

  it("leaves a comment that says so already", async () => {
    host.add({ body: `${MARKER}\r\nnew text`, author: dialect.me });
    expect((await post()).posted).toBe("unchanged");
    expect(host.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  it("tries again when the host is busy, and stops when it stays so", async () => {
    host.refusals.push({ status: 502 }, { status: 429, headers: { "retry-after": "0" } });
    expect((await post()).posted).toBe("created");
    host.refusals.push(...Array.from({ length: 3 }, () => ({ status: 503, headers: { "retry-after": "0" } })));
    await expect(post()).rejects.toThrow(/refused with 503/);
  });

  it("makes no second comment where the first may have come through", async () => {
    const [real, posts] = [dialect.answer, { count: 0 }];
    const flaky = new FakeHost((fake, request) => {
      if (request.method !== "POST") return real(fake, request);
      posts.count++;
      return { status: 500 };
    });
    variables = dialect.variables(await flaky.listen(), folder);
    await expect(post()).rejects.toThrow(/POST .* refused with 500/);
    expect(posts.count).toBe(1);
    await flaky.close();
  });

  it("says what the host said, and never the token", async () => {
    host.refusals.push({ status: 401, json: { message: "Bad credentials" } });
    const error = await post().catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({
      name: "FailedError",
      message: expect.stringMatching(/refused with 401: .*Bad credentials.*(pull-requests: write|scope api)/),
    });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(TOKEN);
  });

  it("says so when nobody answers", async () => {
    await host.close();
    await expect(post()).rejects.toMatchObject({
      name: "FailedError",
      message: expect.stringMatching(/no answer \(.*ECONNREFUSED/),
    });
  });

  it("says so when what answers is no API", async () => {
    const page = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await new Promise((resolve) => page.once("listening", resolve));
    variables = dialect.variables(`http://127.0.0.1:${(page.address() as AddressInfo).port}`, folder);
    await expect(post()).rejects.toThrow(/the answer is not JSON\. Is this the address of the API\?/);
    page.close();
  });

  it.each(dialect.missing)("without %s says what is missing", async (variable, message) => {
    const { [variable]: _, ...rest } = variables;
    await expect(commentFile(file, rest)).rejects.toMatchObject({
      name: "UsageError",
      message: expect.stringMatching(message),
    });
    expect(host.requests).toEqual([]);
  });
});

describe("on GitHub with a token of its own", () => {
  it("edits what that user wrote", async () => {
    const folder = mkdtempSync(join(tmpdir(), "multiport-comment-"));
    writeFileSync(join(folder, "comment.md"), BODY);
    const host = new FakeHost((fake, request) =>
      request.path === "/api/user" ? { status: 200, json: { login: "network-bot" } } : github.answer(fake, request),
    );
    const own = host.add({ body: `${MARKER}\nold`, author: "network-bot" });
    const variables = github.variables(await host.listen(), folder);
    expect((await commentFile(join(folder, "comment.md"), variables)).posted).toBe("edited");
    expect(own.body).toBe(BODY);
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

it("a workflow run without a pull request is told so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "multiport-comment-"));
  const variables = github.variables("http://127.0.0.1:1", folder);
  writeFileSync(join(folder, "event.json"), "{}");
  writeFileSync(join(folder, "comment.md"), BODY);
  await expect(commentFile(join(folder, "comment.md"), variables)).rejects.toThrow(
    "this workflow run has no pull request. Run it on: pull_request",
  );
  rmSync(folder, { recursive: true, force: true });
});
