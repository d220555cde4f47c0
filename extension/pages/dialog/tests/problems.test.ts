// @vitest-environment jsdom
import { expect, it } from "vitest";

import { AzureDevOpsProblem } from "../../azure_devops/client";
import { APPROVE, explain, NO_SESSION, silence, type Explanation } from "../../azure_devops/refusals";
import { toPipelineProblem } from "../runs/problems";

const LOOK = "Look at the pipeline's runs before you start it again, because the request may have arrived.";
const UNANSWERED = `${LOOK} If no run is there and it happens again, ${APPROVE}.`;

it.each<[string, number, Explanation, string]>([
  ["no answer", 0, silence(false), UNANSWERED],
  ["an answer too late", 0, silence(true), UNANSWERED],
  ["a failure in between", 502, explain({ status: 502 }), LOOK],
  ["no token, with which nothing was sent", 0, NO_SESSION, NO_SESSION.next],
  ["a missing permission", 403, explain({ status: 403, said: "TF215106: Access denied" }), "Ask an administrator of the pipeline for the permission Queue builds."],
  ["a pipeline that is gone", 404, explain({ status: 404 }), "The pipeline may have been deleted. Choose another one."],
  ["a limit", 429, explain({ status: 429, retryAfterSeconds: 30 }), explain({ status: 429, retryAfterSeconds: 30 }).next],
])("%s has one next step", (_, status, explanation, step) => {
  const { code, message } = toPipelineProblem(new AzureDevOpsProblem(status, explanation));
  expect(code).toBe("pipeline");
  expect(message).toBe(`The pipeline did not start. ${explanation.reason} ${step} What you typed is kept.`);
});
