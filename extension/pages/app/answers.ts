/**
 * What the pages use of the app's answers. The types are cut from those of the app's description, so that a shape
 * that does not fit it does not compile; what the pages do not use may change without harm.
 *
 * @packageDocumentation
 */
import type * as app from "../../shared/openapi";
import { boolean, dictionary, list, listOf, nullable, number, or, record, text } from "../http/shape";

type RunField =
  | "id" | "title" | "workItemId" | "project" | "repository" | "branch" | "agentType" | "model" | "requestedBy" | "reason"
  | "queuedAt" | "endedAt" | "phases" | "pullRequestId" | "pullRequestUrl";

/** Tokens, turns and cost of a run. */
export type RunUsage = Pick<app.Usage, "inputTokens" | "cachedTokens" | "outputTokens" | "turns" | "costUsd">;

/** A run. Its status is any text, because a later version of the app may have more of them than this page knows. */
export type Run = Readonly<Pick<app.RunRecord, RunField>> & { readonly status: string; readonly usage?: RunUsage };

/** The runs of a work item, newest first. */
export interface RunList {
  readonly value: readonly Run[];
}

/** A run that was accepted. */
export interface AcceptedRun {
  readonly id: string;
}

/** An agent, and whether a run can use it. */
export type AgentEntry = Readonly<Pick<app.AgentEntry, "agentType" | "available" | "defaultModel" | "name" | "reason">> & {
  readonly models: readonly string[];
};

/** The app's agents, and which one it takes when a request names none. */
export interface AgentList {
  readonly default: string;
  readonly value: readonly AgentEntry[];
}

/** The repositories that the app allows for a project; any of the project's when it has no map for it. */
export type RepositoryList = Readonly<Pick<app.RepositoryList, "isMapped">> & { readonly value: readonly app.RepositoryEntry[] };

/** The names of the prompt templates. */
export interface TemplateList {
  readonly value: readonly string[];
}

/** What the doctor found. */
export type DoctorReport = Readonly<Pick<app.DoctorReport, "checks">>;

const USAGE = record<RunUsage>(
  {},
  { inputTokens: number, cachedTokens: number, outputTokens: number, turns: number, costUsd: nullable(number) },
);

const DETAILS = record<app.ErrorDetails>(
  {},
  { id: text, problems: list(record<app.FieldProblem>({ field: text, message: text }, {})), runId: nullable(text) },
);

/** A run. */
export const RUN = record<Run>(
  { id: text, status: text, project: text, repository: text, queuedAt: text },
  {
    title: text, workItemId: nullable(number), branch: text, agentType: text, model: text, requestedBy: text, reason: text,
    endedAt: text, phases: dictionary(text), pullRequestId: nullable(number), pullRequestUrl: text, usage: USAGE,
  },
);

/** The runs of a work item. */
export const RUNS = listOf(RUN);

/** A run that was accepted: its record, or a reference to it. */
export const ACCEPTED = record<AcceptedRun>({ id: text }, {});

/** A part of a run's log. */
export const LOG_PART = record<app.LogPart>({ text, nextOffset: number, complete: boolean }, {});

/** The agents. */
export const AGENTS = record<AgentList>(
  {
    default: text,
    value: list(record<AgentEntry>({ agentType: text, available: boolean, defaultModel: text, models: list(text), name: text, reason: text }, {})),
  },
  {},
);

/** The repositories of a project. */
export const REPOSITORIES = record<RepositoryList>(
  { isMapped: boolean, value: list(record<app.RepositoryEntry>({ isDefault: boolean, name: text }, {})) },
  {},
);

/** The names of the prompt templates. */
export const TEMPLATES = listOf(text);

/** The doctor's report. */
export const DOCTOR_REPORT = record<DoctorReport>(
  { checks: list(record<app.DoctorReport["checks"][number]>({ message: text, name: text, ok: boolean }, {})) },
  {},
);

/** The subscriptions that the app needs in each project. */
export const HOOKS = listOf(
  record<app.HookSubscription>(
    {
      consumerActionId: text, consumerId: text, description: text, eventType: text, publisherId: text, resourceVersion: text,
      publisherInputs: dictionary(text),
      consumerInputs: record<app.HookConsumerInputs>(
        { basicAuthUsername: text, detailedMessagesToSend: text, messagesToSend: text, resourceDetailsToSend: text, url: text },
        {},
      ),
    },
    {},
  ),
);

/** An error of the app, with whichever details this page knows. */
export const ERROR = record<{ readonly error: app.ErrorContent }>(
  { error: record<app.ErrorContent>({ code: text, message: text, details: or(DETAILS, {}) }, {}) },
  {},
);
