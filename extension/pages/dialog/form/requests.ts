/**
 * What a start sends: a run request to the app, or parameters to a pipeline.
 *
 * @packageDocumentation
 */
import type { RunBody } from "../../../shared/openapi";
import type { PipelineStart } from "../../azure_devops/pipelines";
import type { WorkItem } from "../../azure_devops/work_items";

import { amount } from "./amounts";
import type { Form } from "./form";

/** Fields that the dialog does not offer. */
const UNSET = { additionalContext: null, containerImage: null, labels: [], reviewers: [], sourceBranchPrefix: null, systemPrompt: null };

const DRAFTS: Readonly<Record<Form["draft"], boolean | null>> = { default: null, always: true, never: false };

/** Returns the request for a run of *item*; empty fields leave the choice to the app's settings. */
export function runBody(form: Form, item: WorkItem, organization: string): RunBody {
  return {
    organization,
    project: item.project,
    workItemId: item.id,
    repository: orNull(form.repository),
    baseBranch: form.sourceBranch === form.targetBranch ? null : orNull(form.sourceBranch),
    targetBranch: orNull(form.targetBranch),
    agentType: orNull(form.agentType),
    model: orNull(form.model),
    template: orNull(form.template),
    userPrompt: form.instructions.trim() ? form.instructions : null,
    createPullRequest: form.createPullRequest,
    draft: form.createPullRequest ? DRAFTS[form.draft] : null,
    budget: { usd: amount(form.budgetUsd) ?? null, minutes: amount(form.budgetMinutes) ?? null, tokens: null, turns: null },
    ...UNSET,
  };
}

/**
 * Returns what the pipeline is started with for *item*. A YAML file has to declare every parameter that is sent,
 * so empty ones are left out.
 */
export function pipelineStart(form: Form, item: WorkItem): PipelineStart {
  const parameters = {
    workItemId: String(item.id),
    agentType: form.agentType,
    userPrompt: form.instructions.trim() ? form.instructions : "",
    createPullRequest: String(form.createPullRequest),
    targetBranch: form.targetBranch,
  };
  return { branch: form.sourceBranch, parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value)) };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
