// multiport comment: puts a preview's comment on the pull request of this CI run. I/O: reads the file, calls the API.
import { readFileSync } from "node:fs";
import { fileErrorWords, UsageError } from "../exit.js";
import { type CommentHost, type Posted, postComment } from "./commentHost.js";
import { githubComments, type Variables } from "./github.js";
import { gitlabComments } from "./gitlab.js";

/** What was done where. */
export interface CommentOutcome {
  readonly host: string;
  readonly posted: Posted;
}

/** `file` is what `multiport preview --markdown` printed; `-` is standard input. */
export async function commentFile(file: string, variables: Variables): Promise<CommentOutcome> {
  const body = readComment(file);
  const host = findHost(variables);
  return { host: host.name, posted: await postComment(host, body) };
}

function readComment(file: string): string {
  let body: string;
  try {
    body = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${fileErrorWords(error)}`);
  }
  if (!/^<!-- multiport preview of \S+ -->\n/.test(body))
    throw new UsageError(
      `${file === "-" ? "standard input" : file} is no preview: its first line has to be the marker that multiport preview --markdown prints`,
    );
  return body;
}

/** The code host whose CI this process runs in. */
function findHost(variables: Variables): CommentHost {
  if (variables.GITHUB_ACTIONS === "true") return githubComments(variables);
  if (variables.GITLAB_CI === "true") return gitlabComments(variables);
  throw new UsageError(
    "this is neither a GitHub workflow run nor a GitLab pipeline: GITHUB_ACTIONS and GITLAB_CI are not set",
  );
}
