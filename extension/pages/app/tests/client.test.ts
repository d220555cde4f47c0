import { beforeEach, describe, expect, it, vi } from "vitest";

import { ADDRESS, error, FakeApp, ok, record } from "../../parts/tests/fake_app";
import { session } from "../../parts/tests/fake_host";
import { readDoctor, listWantedSubscriptions } from "../administration";
import { listAgents, listRepositories, listRuns, listTemplates, readLog, showRun, startRun } from "../runs";

vi.mock("../../host/session", async () => (await import("../../parts/tests/fake_host")).session);

const PLACE = { organization: "fabrikam", project: "Doors" };
const REQUESTS = {
  "GET /api/boards/runs": () => listRuns(ADDRESS, PLACE, 7),
  "GET /api/boards/runs/run-1": () => showRun(ADDRESS, "run-1"),
  "GET /api/boards/runs/run-1/log": () => readLog(ADDRESS, "run-1", 0),
  "POST /api/boards/runs": () => startRun(ADDRESS, {}, "key"),
  "GET /api/boards/agents": () => listAgents(ADDRESS, PLACE),
  "GET /api/boards/repositories": () => listRepositories(ADDRESS, PLACE),
  "GET /api/boards/templates": () => listTemplates(ADDRESS, PLACE),
  "GET /api/doctor": () => readDoctor(ADDRESS, "key"),
  "GET /api/hooks/subscriptions": () => listWantedSubscriptions(ADDRESS, "key"),
};
let app: FakeApp;

beforeEach(() => {
  app = new FakeApp();
  vi.restoreAllMocks();
});

describe.each(Object.entries(REQUESTS))("%s", (path, request) => {
  it.each([null, [], 7, "text", {}, { value: null }, { value: [null] }, { value: {} }, { value: [{ id: 7 }] }, { checks: [{}] }])(
    "takes no answer of another shape: %j", async (body) => {
      app.on(path, ok(body));
      const answer = await request();
      expect(answer).toMatchObject({ problem: { code: "other_shape" } });
      expect("problem" in answer && answer.problem.message).toMatch(/\(.* is not .*\).*Check the function URL.*update/);
    },
  );

  it.each([200, 404, 503])("says that a web page with status %i is none of the app's answers", async (status) => {
    app.on(path, { status, text: "<!DOCTYPE html><title>Sign in</title>" });
    const answer = await request();
    expect(answer).toMatchObject({ problem: { status, code: "not_json" } });
    expect("problem" in answer && answer.problem.message).toMatch(/web page \(HTML\).*Check the function URL/);
  });

  it.each([null, [], {}, { error: null }, { error: "no" }, { error: { code: 1, message: "no" } }, { message: "Not found" }])(
    "explains a refusal that is not the app's: %j", async (body) => {
      app.on(path, { status: 404, body });
      expect(await request()).toMatchObject({ problem: { status: 404, code: "not_json" } });
    },
  );

  it("says that the app cannot be reached", async () => {
    app.on(path, "no answer");
    expect(await request()).toMatchObject({ problem: { code: "no_answer" } });
  });
});

describe("the app's answers", () => {
  it("may lack fields that have their default, and have fields and statuses of a later version", async () => {
    const { id, project, repository, queuedAt } = record();
    const short = { id, project, repository, queuedAt, status: "reviewing" };
    app.on("GET /api/boards/runs/run-1", ok({ ...short, reviewers: 2 }));
    expect(await showRun(ADDRESS, "run-1")).toEqual({ value: short });
  });

  it("keep the refusal when its details are of a later version", async () => {
    app.on("GET /api/boards/runs/run-1", { status: 409, body: { error: { code: "new_code", message: "Because.", details: { id: 7 } } } });
    expect(await showRun(ADDRESS, "run-1")).toEqual({ problem: { status: 409, code: "new_code", message: "Because.", details: {} } });
  });

  it("say how long to wait", async () => {
    app.on("GET /api/boards/runs/run-1", { ...error(429, "queue_full", "Full."), headers: { "Retry-After": "20" } });
    expect(await showRun(ADDRESS, "run-1")).toMatchObject({ problem: { retryAfterSeconds: 20 } });
  });
});

it("sends nothing without the host's tokens, and says so", async () => {
  vi.spyOn(session, "tokens").mockRejectedValue(new Error("The host is gone."));
  expect(await showRun(ADDRESS, "run-1")).toMatchObject({ problem: { code: "no_tokens" } });
  expect(app.sent).toEqual([]);
});
