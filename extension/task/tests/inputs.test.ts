import { beforeEach, describe, expect, it, vi } from "vitest";

import task from "../task.json";
import { idempotencyKey } from "../src/attempt";
import { checkedUrl, readConnection } from "../src/connection";
import { explainApiKey, FIELDS, readBody } from "../src/inputs";
import { OUTCOMES } from "../../shared/outcomes";
import { readRules, resultOf } from "../src/rules";
import { inputs, printed, reset, variables } from "./library";

vi.mock("azure-pipelines-task-lib/task", async () => (await import("./library")).library);
beforeEach(reset);

const OTHERS = ["autocoderConnection", "genericConnection", "functionUrl", "functionKey", "passOn", "warnOn", "apiKey"];

describe("the body of the request", () => {
  it("takes each input of task.json that is no setting of the task itself", () => {
    const names = task.inputs.map((input) => input.name).filter((name) => !OTHERS.includes(name));
    expect(FIELDS.map(([input]) => input).sort()).toEqual(names.sort());
  });

  it("has typed values and leaves empty inputs out", () => {
    Object.assign(inputs, { workItemId: "12", userPrompt: " ", createPullRequest: "False", sourceBranch: "dev" });
    Object.assign(inputs, { budgetUsd: "2.5", budgetTurns: "9" });
    const budget = { usd: 2.5, turns: 9 };
    expect(readBody()).toEqual({ workItemId: 12, createPullRequest: false, baseBranch: "dev", budget });
  });

  it.each([["default", undefined], ["yes", true], ["No", false], ["true", true], ["false", false]])(
    "asks for a draft as the repository or the pipeline says: %s", (given, draft) => {
      inputs["draft"] = given;
      expect(readBody().draft).toBe(draft);
    },
  );

  it("names every wrong input at once", () => {
    Object.assign(inputs, { workItemId: "$(workItemId)", createPullRequest: "yes", draft: "auto", budgetMinutes: "-1" });
    const problems = /workItemId must be a whole number; createPullRequest must be true or false; draft must be default, yes or no; budgetMinutes must/;
    expect(readBody).toThrow(problems);
  });

  it("is about the pipeline's own repository if that is in Azure Repos", () => {
    Object.assign(variables, { "System.TeamProject": "Fabrikam", "Build.Repository.Name": "web" });
    expect(readBody()).toEqual({ project: "Fabrikam" });
    variables["Build.Repository.Provider"] = "TfsGit";
    expect(readBody()).toEqual({ project: "Fabrikam", repository: "web" });
    inputs["repository"] = "other";
    expect(readBody()).toMatchObject({ repository: "other" });
  });

  it("accepts apiKey and says why it is not needed", () => {
    inputs["apiKey"] = "some-key";
    explainApiKey();
    expect(printed.join()).toMatch(/apiKey is not needed.*Key Vault/);
    expect(printed.join()).not.toContain("some-key");
  });
});

describe("the connection", () => {
  it("is read from a Generic connection's URL and password", () => {
    inputs["genericConnection"] = "generic";
    expect(readConnection()).toEqual({ url: "https://app.example.com", key: "key-1" });
  });

  it("is one, not none and not several", () => {
    expect(readConnection).toThrow("There is no connection");
    Object.assign(inputs, { genericConnection: "generic", functionUrl: "https://a.example.com", functionKey: "k" });
    expect(readConnection).toThrow("instead of several");
  });

  it("is read from two variables where no input names one", () => {
    Object.assign(variables, { AUTOCODER_URL: "https://app.example.com", AUTOCODER_KEY: "key-2" });
    expect(readConnection()).toEqual({ url: "https://app.example.com", key: "key-2" });
  });

  it("has a key that can be a header", () => {
    Object.assign(inputs, { functionUrl: "https://a.example.com", functionKey: "two\nlines" });
    expect(readConnection).toThrow("The key of functionUrl");
  });

  it.each(["http://app.example.com", "https://user:word@a.example.com", "https://a.example.com?code=1", "app", ""])(
    "refuses the address %j",
    (url) => {
      expect(() => checkedUrl(url, "functionUrl")).toThrow("must begin with https://");
    },
  );

  it("may be in clear text on this machine alone", () => {
    expect(checkedUrl("http://127.0.0.1:7071/", "functionUrl")).toBe("http://127.0.0.1:7071");
  });
});

describe("the key of an attempt", () => {
  const ids = { "System.JobId": "job", "System.TaskInstanceId": "step", "System.PlanId": "plan" };

  it("is the same when the agent repeats the task, and another one when a person repeats the job", () => {
    Object.assign(variables, ids, { "System.JobAttempt": "1", "System.StageAttempt": "1" });
    const first = idempotencyKey();
    expect(idempotencyKey()).toBe(first);
    for (const name of ["System.JobAttempt", "System.StageAttempt", "System.PlanId"]) {
      const before = variables[name];
      variables[name] = "2";
      expect(idempotencyKey()).not.toBe(first);
      variables[name] = before!;
    }
  });

  it("is never the same without the ids of a pipeline", () => {
    expect(idempotencyKey()).not.toBe(idempotencyKey());
  });
});

describe("the result of an outcome", () => {
  it("passes, warns or fails as the inputs say, and fails for what they do not name", () => {
    Object.assign(inputs, { passOn: "completed; no_changes", warnOn: "no_changes,timed_out" });
    const rules = readRules();
    const results = ["completed", "no_changes", "timed_out", "failed", "new"].map((word) => resultOf(word, rules));
    expect(results).toEqual([0, 1, 1, 2, 2]);
  });

  it("is for outcomes that exist", () => {
    inputs["warnOn"] = "no_change";
    expect(readRules).toThrow("warnOn may name these outcomes: completed");
  });

  it("has defaults in task.json that are outcomes", () => {
    const lists = task.inputs.filter((input) => /^(passOn|warnOn)$/.test(input.name));
    const words = lists.flatMap((input) => (input as { defaultValue: string }).defaultValue.split(", "));
    expect(words.filter((word) => !(OUTCOMES as readonly string[]).includes(word))).toEqual([]);
  });
});
