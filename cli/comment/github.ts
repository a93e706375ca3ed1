// Comments of a GitHub pull request, from inside a workflow run. I/O: GitHub's REST API.
import { readFileSync } from "node:fs";
import { z } from "zod";
import { fileErrorWords, UsageError } from "../exit.js";
import { type ApiRequest, type CommentHost, callApi, type PostedComment } from "./commentHost.js";

export type Variables = Readonly<Record<string, string | undefined>>;

const Event = z.object({ pull_request: z.object({ number: z.number().int() }) });
const Comments = z.array(
  z.object({ id: z.number(), body: z.string().nullish(), user: z.object({ login: z.string() }).nullish() }),
);
const User = z.object({ login: z.string() });

/** The login of the token that every workflow run has. Such a token may not ask who it is. */
const WORKFLOW_AUTHOR = "github-actions[bot]";
const PAGE = 100;
const HINT =
  "The job needs permissions: pull-requests: write, and env: GITHUB_TOKEN; a run for a fork's pull request never may write";

/** The pull request of this workflow run. Throws a UsageError when the run has none or no token. */
export function githubComments(variables: Variables): CommentHost {
  const {
    GITHUB_API_URL: api = "https://api.github.com",
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: token,
  } = variables;
  if (!repository) throw new UsageError("GITHUB_REPOSITORY is not set: this is no GitHub workflow run");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub workflows.
  if (!token) throw new UsageError("GITHUB_TOKEN is not set. Give the step env: GITHUB_TOKEN: ${{ github.token }}");
  const issue = `${api}/repos/${repository}/issues`;
  const comments = `${issue}/${pullRequestNumber(variables.GITHUB_EVENT_PATH)}/comments`;
  const headers = { authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28" };
  const call = (method: ApiRequest["method"], url: string, body?: object) =>
    callApi({ method, url, headers, ...(body ? { body } : {}) }, { hint: HINT });
  return {
    name: "GitHub",
    author: async () => {
      const answer = await callApi({ method: "GET", url: `${api}/user`, headers }, { hint: HINT, expected: [403] });
      return answer.status === 403 ? WORKFLOW_AUTHOR : User.parse(answer.json).login;
    },
    list: () =>
      pages((page) => call("GET", `${comments}?per_page=${PAGE}&page=${page}`).then(({ json }) => read(json))),
    create: async (body) => void (await call("POST", comments, { body })),
    edit: async (id, body) => void (await call("PATCH", `${issue}/comments/${id}`, { body })),
  };
}

function read(json: unknown): PostedComment[] {
  return Comments.parse(json).map(({ id, body, user }) => ({ id, body: body ?? "", author: user?.login ?? "" }));
}

/** Everything of a list that comes in pages: the first one that is not full is the last. */
export async function* pages<T>(fetchPage: (page: number) => Promise<readonly T[]>): AsyncGenerator<T> {
  for (let page = 1; ; page++) {
    const items = await fetchPage(page);
    yield* items;
    if (items.length < PAGE) return;
  }
}

function pullRequestNumber(eventFile: string | undefined): number {
  if (!eventFile) throw new UsageError("GITHUB_EVENT_PATH is not set: this is no GitHub workflow run");
  let event: unknown;
  try {
    event = JSON.parse(readFileSync(eventFile, "utf8"));
  } catch (error) {
    throw new UsageError(`GITHUB_EVENT_PATH: ${eventFile} can't be read: ${fileErrorWords(error)}`);
  }
  const parsed = Event.safeParse(event);
  if (!parsed.success) throw new UsageError("this workflow run has no pull request. Run it on: pull_request");
  return parsed.data.pull_request.number;
}
