// Comments (notes) of a GitLab merge request, from inside a merge request pipeline. I/O: GitLab's REST API.
import { z } from "zod";
import { UsageError } from "../exit.js";
import { type ApiRequest, type CommentHost, callApi, type PostedComment } from "./commentHost.js";
import { pages, type Variables } from "./github.js";

const Notes = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    system: z.boolean(),
    author: z.object({ username: z.string() }).nullish(),
  }),
);
const User = z.object({ username: z.string() });

const HINT =
  "GITLAB_TOKEN has to be a project access token with scope api and role Reporter or higher, as a masked CI/CD variable";

/** The merge request of this pipeline. Throws a UsageError when it has none or no token. */
export function gitlabComments(variables: Variables): CommentHost {
  const { CI_API_V4_URL: api, CI_MERGE_REQUEST_PROJECT_ID: project, CI_MERGE_REQUEST_IID: number } = variables;
  if (!api) throw new UsageError("CI_API_V4_URL is not set: this is no GitLab pipeline");
  if (!project || !number)
    throw new UsageError(
      'this pipeline has no merge request. Use rules: if: $CI_PIPELINE_SOURCE == "merge_request_event"',
    );
  const { GITLAB_TOKEN: token } = variables;
  // The job's own token may not write comments.
  if (!token) throw new UsageError(`GITLAB_TOKEN is not set. ${HINT}`);
  const notes = `${api}/projects/${encodeURIComponent(project)}/merge_requests/${encodeURIComponent(number)}/notes`;
  const headers = { "private-token": token };
  const call = (method: ApiRequest["method"], url: string, body?: object) =>
    callApi({ method, url, headers, ...(body ? { body } : {}) }, { hint: HINT });
  return {
    name: "GitLab",
    author: async () => User.parse((await call("GET", `${api}/user`)).json).username,
    list: () =>
      pages((page) =>
        call("GET", `${notes}?per_page=100&page=${page}&sort=asc&order_by=created_at`).then(({ json }) => read(json)),
      ),
    create: async (body) => void (await call("POST", notes, { body })),
    edit: async (id, body) => void (await call("PUT", `${notes}/${id}`, { body })),
  };
}

/** GitLab's own notes ("added 1 commit") keep their place, so that a full page stays one; they are nobody's. */
function read(json: unknown): PostedComment[] {
  return Notes.parse(json).map(({ id, body, system, author }) => ({
    id,
    body: body ?? "",
    author: system ? "" : (author?.username ?? ""),
  }));
}
