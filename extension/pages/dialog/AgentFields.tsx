/**
 * Who works and how: agent, model, template, instructions and budget.
 *
 * @packageDocumentation
 */
import type { AgentEntry } from "../app/answers";
import { SelectField, TextAreaField, TextField, type Option } from "../parts/fields";

import type { GroupProps } from "./CodeFields";
import { agentEntry } from "./form";
import { ReadProblem } from "./ReadProblem";

/** The fields for agent, model and template. A pipeline's YAML file decides on the last two. */
export function AgentFields({ reads, errors, change }: GroupProps) {
  const { form, known, agents, templates } = reads;
  const isDirect = form.through === "directly";
  const agent = agentEntry(known, form.agentType);
  return (
    <>
      <ReadProblem resource={agents} />
      <SelectField
        id="agent" label="Agent" value={form.agentType} error={errors.agentType}
        options={agentOptions(known.agents?.value, agents.isLoading)} onChange={(agentType) => { change({ agentType }); }}
      />
      {isDirect && (
        <SelectField id="model" label="Model" value={form.model} options={modelOptions(agent)} onChange={(model) => { change({ model }); }} />
      )}
      {isDirect && <ReadProblem resource={templates} />}
      {isDirect && (
        <SelectField
          id="template" label="Template" value={form.template} onChange={(template) => { change({ template }); }}
          options={[{ value: "", label: "Default" }, ...(known.templates ?? []).map((name) => ({ value: name, label: name }))]}
        />
      )}
    </>
  );
}

/** The fields for instructions and budget. */
export function WorkFields({ reads: { form }, errors, change }: GroupProps) {
  return (
    <>
      <TextAreaField
        id="instructions" label="Additional instructions" value={form.instructions} error={errors.instructions}
        onChange={(instructions) => { change({ instructions }); }}
      />
      {form.through === "directly" && (
        <div className="columns">
          <TextField inputMode="decimal"
            id="budget-usd" label="Budget in dollars" value={form.budgetUsd} error={errors.budgetUsd}
            placeholder="Default" onChange={(budgetUsd) => { change({ budgetUsd }); }}
          />
          <TextField inputMode="decimal"
            id="budget-minutes" label="Budget in minutes" value={form.budgetMinutes} error={errors.budgetMinutes}
            placeholder="Default" onChange={(budgetMinutes) => { change({ budgetMinutes }); }}
          />
        </div>
      )}
    </>
  );
}

function agentOptions(agents: readonly AgentEntry[] | undefined, isLoading: boolean): readonly Option[] {
  if (!agents) return [{ value: "", label: isLoading ? "Loading…" : "Default" }];
  const options = agents.map(({ agentType, name, available, reason }) => ({
    value: agentType,
    label: available ? name : `${name} (not available: ${reason})`,
    isDisabled: !available,
  }));
  return agents.some((agent) => agent.available) ? options : [{ value: "", label: "No agent is available" }, ...options];
}

function modelOptions(agent: AgentEntry | undefined): readonly Option[] {
  const standard = agent?.defaultModel ? `Default (${agent.defaultModel})` : "Default";
  return [{ value: "", label: standard }, ...(agent?.models ?? []).map((model) => ({ value: model, label: model }))];
}
