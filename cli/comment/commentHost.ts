// A place for comments on a pull request, and the one way to keep ours there: edited in place, never a second one. The
// contract and its I/O over HTTP.
import { setTimeout as sleep } from "node:timers/promises";
import { FailedError } from "../exit.js";

/** A comment as a code host has it. */
export interface PostedComment {
  readonly id: number;
  readonly body: string;
  readonly author: string;
}

/** The comments of one pull request or merge request. */
export interface CommentHost {
  /** "GitHub", "GitLab". */
  readonly name: string;
  /** The login under which we write: other people's comments are never edited. */
  author(): Promise<string>;
  list(): AsyncIterable<PostedComment>;
  create(body: string): Promise<void>;
  edit(id: number, body: string): Promise<void>;
}

export type Posted = "created" | "edited" | "unchanged";

/** Puts a comment there, in the place of our earlier one with the same first line. */
export async function postComment(host: CommentHost, body: string): Promise<Posted> {
  const earlier = await findOwn(host, firstLine(body));
  if (!earlier) {
    await host.create(body);
    return "created";
  }
  if (unified(earlier.body) === unified(body)) return "unchanged";
  await host.edit(earlier.id, body);
  return "edited";
}

async function findOwn(host: CommentHost, marker: string): Promise<PostedComment | undefined> {
  const author = await host.author();
  for await (const comment of host.list())
    if (comment.author === author && firstLine(comment.body) === marker) return comment;
  return undefined;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.trimEnd() ?? "";
}

/** Hosts change line ends and the space around a text. */
function unified(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

/** One request to a code host's API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface ApiAnswer {
  readonly status: number;
  readonly json: unknown;
}

const TIMEOUT_MILLISECONDS = 30_000;
/** Seconds before each new try, where the host names none. */
const RETRY_SECONDS = [1, 3];
const LONGEST_WAIT_SECONDS = 60;

/**
 * Sends a request; tries again when the host is busy. An answer below 400 and one whose status is in `expected` is
 * returned, any other thrown as a FailedError with the host's own words; headers, and with them the token, never appear.
 */
export async function callApi(
  request: ApiRequest,
  { hint, expected = [] }: { readonly hint: string; readonly expected?: readonly number[] },
): Promise<ApiAnswer> {
  for (let attempt = 0; ; attempt++) {
    const response = await send(request, hint);
    if (response.status < 400 || expected.includes(response.status)) return readAnswer(response, request);
    const wait = RETRY_SECONDS[attempt];
    if (wait === undefined || !canRetry(request, response.status)) throw await refusal(request, response, hint);
    const asked = Number(response.headers.get("retry-after") ?? wait);
    await sleep(1000 * Math.min(Number.isFinite(asked) ? asked : wait, LONGEST_WAIT_SECONDS));
  }
}

/** A comment that may have been made already is not made a second time. */
function canRetry({ method }: ApiRequest, status: number): boolean {
  return status === 429 || status === 503 || (status >= 500 && method !== "POST");
}

async function send({ method, url, headers, body }: ApiRequest, hint: string): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "user-agent": "multiport",
        ...headers,
      },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    throw new FailedError(`${method} ${url}: no answer (${cause?.message || message}). ${hint}`);
  }
}

async function readAnswer(response: Response, { method, url }: ApiRequest): Promise<ApiAnswer> {
  try {
    return { status: response.status, json: await response.json() };
  } catch {
    throw new FailedError(`${method} ${url}: the answer is not JSON. Is this the address of the API?`);
  }
}

const LONGEST_WORDS = 300;

async function refusal({ method, url }: ApiRequest, response: Response, hint: string): Promise<FailedError> {
  const words = (await response.text()).replaceAll(/\s+/g, " ").slice(0, LONGEST_WORDS);
  return new FailedError(`${method} ${url}: refused with ${response.status}: ${words || "no reason given"}. ${hint}`);
}
