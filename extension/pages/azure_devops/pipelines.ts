/**
 * Pipelines: the repository of one, starting it with the person's own rights, and its runs.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/pipelines/runs/run-pipeline
 * @packageDocumentation
 */
import { number, record, text } from "../http/shape";

import { request } from "./client";

/** A run of a pipeline; `result` is empty until it has ended, `url` is its page. */
export interface PipelineRun {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly result: string;
  readonly url: string;
}

/** What a pipeline is started with. */
export interface PipelineStart {
  readonly parameters: Readonly<Record<string, string>>;
  readonly branch: string;
}

interface Links {
  readonly web?: { readonly href?: string };
}

interface Definition {
  readonly configuration?: { readonly repository?: { readonly id?: string } };
}

interface Answer {
  readonly id: number;
  readonly name?: string;
  readonly state?: string;
  readonly result?: string;
  readonly _links?: Links;
}

const RUN = record<Answer>(
  { id: number },
  { name: text, state: text, result: text, _links: record<Links>({}, { web: record<NonNullable<Links["web"]>>({}, { href: text }) }) },
);
const PIPELINE = record<Definition>(
  {},
  {
    configuration: record<NonNullable<Definition["configuration"]>>({}, {
      repository: record<{ readonly id?: string }>({}, { id: text }),
    }),
  },
);

/** Returns the id of the Azure Repos repository with the pipeline's YAML file; empty for one elsewhere. Throws `AzureDevOpsProblem`. */
export async function readPipelineRepository(project: string, pipelineId: number): Promise<string> {
  const { value } = await request(`${at(project, pipelineId)}?api-version=7.1`, PIPELINE);
  return value.configuration?.repository?.id ?? "";
}

/** Starts a pipeline and returns its run. Throws `AzureDevOpsProblem`. */
export async function startPipeline(project: string, pipelineId: number, start: PipelineStart): Promise<PipelineRun> {
  const body = {
    resources: { repositories: { self: { refName: `refs/heads/${start.branch}` } } },
    templateParameters: start.parameters,
  };
  const { value } = await request(`${at(project, pipelineId)}/runs?api-version=7.1`, RUN, { method: "POST", body });
  return toRun(value);
}

/** Returns the present state of a pipeline's run. Throws `AzureDevOpsProblem`. */
export async function readPipelineRun(project: string, pipelineId: number, runId: number, stop?: AbortSignal): Promise<PipelineRun> {
  return toRun((await request(`${at(project, pipelineId)}/runs/${String(runId)}?api-version=7.1`, RUN, { stop })).value);
}

function toRun(answer: Answer): PipelineRun {
  const url = answer._links?.web?.href ?? "";
  return {
    id: answer.id,
    name: answer.name ?? String(answer.id),
    state: answer.state ?? "unknown",
    result: answer.result ?? "",
    url: /^https?:\/\//i.test(url) ? url : "",
  };
}

function at(project: string, pipelineId: number): string {
  return `${encodeURIComponent(project)}/_apis/pipelines/${String(pipelineId)}`;
}
