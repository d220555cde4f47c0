import { beforeEach, describe, expect, it, vi } from "vitest";

import { session } from "../../parts/tests/fake_host";
import { AzureDevOpsProblem, request } from "../client";
import { lastFailure, listSubscriptions, resourceVersions } from "../hooks";
import { readPipelineRun, startPipeline } from "../pipelines";
import { listAreaPaths, listPipelines, listRepositoryNames } from "../projects";
import { readPullRequestState } from "../pull_requests";
import { findBranches, hasBranch, listRepositories } from "../repositories";
import { readWorkItems } from "../work_items";
import { anything } from "../../http/shape";

vi.mock("../../host/session", async () => (await import("../../parts/tests/fake_host")).session);
vi.mock("../../host/services", async () => (await import("../../parts/tests/fake_host")).services);

const REPOSITORY = { id: "r", name: "web", projectId: "p", defaultBranch: "main" };
const READS = {
  lastFailure: () => lastFailure("s1"),
  listSubscriptions,
  resourceVersions,
  readPipelineRun: () => readPipelineRun("p", 1, 2),
  startPipeline: () => startPipeline("p", 1, { branch: "main", parameters: {} }),
  listAreaPaths: () => listAreaPaths("p"),
  listPipelines: () => listPipelines("p"),
  listRepositoryNames: () => listRepositoryNames("p"),
  readPullRequestState: () => readPullRequestState({ project: "p", repository: "r", id: 1 }),
  findBranches: () => findBranches(REPOSITORY, ""),
  hasBranch: () => hasBranch(REPOSITORY, "main"),
  listRepositories: () => listRepositories("p"),
  readWorkItems: () => readWorkItems([1]),
};
const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  fetched.mockReset();
  vi.restoreAllMocks();
  vi.stubGlobal("fetch", fetched);
});

const problem = async (work: Promise<unknown>): Promise<AzureDevOpsProblem> => {
  const thrown: unknown = await work.then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(AzureDevOpsProblem);
  return thrown as AzureDevOpsProblem;
};
const refusal = (status: number, body: unknown, headers = {}): Promise<AzureDevOpsProblem> => {
  fetched.mockResolvedValueOnce(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
  return problem(request("x", anything));
};

describe.each(Object.entries(READS))("%s", (_name, read) => {
  it.each(["null", "[]", '"text"'])("takes no answer of another shape: %s", async (body) => {
    fetched.mockResolvedValue(new Response(body));
    expect((await problem(read())).message).toMatch(/a form that this page does not know \(.* is not .*\)\. Try again\..*update/);
  });

  it("says that a page to sign in is no answer", async () => {
    fetched.mockResolvedValue(new Response("<html>Sign in</html>", { status: 203 }));
    expect((await problem(read())).message).toMatch(/web page instead of data.*sign in again/);
  });
});

describe("a request", () => {
  it("has a time limit, and follows no redirection with the token", async () => {
    fetched.mockResolvedValue(new Response("{}"));
    await request("_apis/x", anything);
    const [url, init] = fetched.mock.calls[0]!;
    expect(url).toBe("https://dev.azure.com/fabrikam/_apis/x");
    expect(init).toMatchObject({ redirect: "error", headers: { Authorization: "Bearer user-token", "X-TFS-FedAuthRedirect": "Suppress" } });
    expect(init.signal).toBeInstanceOf(AbortSignal);
  });

  it("says that a missing answer may be a missing approval", async () => {
    fetched.mockRejectedValue(new TypeError("Failed to fetch"));
    expect((await problem(request("x", anything))).message).toMatch(/no answer.*approve the extension's permissions/);
  });

  it("sends nothing without the host's token, and says so", async () => {
    vi.spyOn(session, "tokens").mockRejectedValue(new Error("The host is gone."));
    expect((await problem(request("x", anything))).message).toMatch(/no access token.*sign in again/);
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe("a refusal", () => {
  it.each([
    [401, {}, /does not accept your sign-in.*Reload the page/],
    [401, { message: "TF400813: The user 'Ann' is not authorized to access this resource." }, /TF400813.*Reload the page to sign in/],
    [403, {}, /do not have the permission.*Ask an administrator of the project/],
    [403, { message: "TF401027: You need the Git 'CreateBranch' permission to perform this action." }, /CreateBranch.*repository's administrator/],
    [403, { message: "TF215106: Access denied. Ann needs Queue builds permissions." }, /Queue builds.*administrator of the pipeline/],
    [404, "<html>Not found</html>", /does not find this, or you are not allowed.*Check that it was not deleted/],
    [404, { message: "TF401019: The Git repository with name or identifier web does not exist" }, /does not exist\. Check that you can open the repository/],
    [404, { message: "TF401232: Work item 7 does not exist, or you do not have permissions to read it." }, /Check that you can open the work item/],
    [404, { message: "TF999999: Something new." }, /Something new\. Check that it was not deleted/],
    [409, { message: "Conflict" }, /Somebody else changed this.*Reload the page/],
    [400, { message: "Bad" }, /refused the request \(status 400\)\. Azure DevOps says: Bad\./],
    [503, "", /has a problem at present \(status 503\)\. Try again in a minute/],
    [500, null, /has a problem at present/],
    [500, { message: 7 }, /has a problem at present/],
  ])("with status %i and %j says the cause and what to do", async (status, body, text) => {
    const { message, status: kept } = await refusal(status, body);
    expect(message).toMatch(text);
    expect(kept).toBe(status);
  });

  it.each([["30", 30, /Wait 30 seconds, then try again/], ["600", 600, /Wait 10 minutes/], ["", undefined, /Wait a minute/]] as const)(
    "for too many requests says how long to wait: %j", async (header, seconds, text) => {
      const found = await refusal(429, { message: "TF400733: The request has been canceled." }, header ? { "Retry-After": header } : {});
      expect(found.message).toMatch(text);
      expect(found.retryAfterSeconds).toBe(seconds);
    },
  );
});
