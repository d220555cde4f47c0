/**
 * Who works and how: agent, model, template, instructions and budget.
 *
 * @packageDocumentation
 */
import type { AgentEntry } from "../../app/answers";
import { SelectField, TextAreaField, TextField, type Option } from "../../parts/fields";

import { formatted } from "../form/amounts";
import type { GroupProps } from "./CodeFields";
import { agentEntry } from "../form/form";

/** The fields for agent, model and template. A pipeline's YAML file decides on the last two. */
export function AgentFields({ sources, errors, hints, change }: GroupProps) {
  const { form, known, agents, templates } = sources;
  const isDirect = form.through === "directly";
  return (
    <>
      <SelectField
        id="agent" label="Agent" value={form.agentType} error={errors.agentType} hint={hints.agentType}
        options={agentOptions(known.agents?.value, agents.isLoading, form.agentType)}
        onChange={(agentType) => { change({ agentType }); }}
      />
      {isDirect && (
        <SelectField
          id="model" label="Model" value={form.model} error={errors.model} hint={hints.model}
          options={modelOptions(agentEntry(known, form.agentType), form.model)} onChange={(model) => { change({ model }); }}
        />
      )}
      {isDirect && (
        <SelectField
          id="template" label="Template" value={form.template} error={errors.template} hint={hints.template}
          options={templateOptions(known.templates, templates.isLoading, form.template)}
          onChange={(template) => { change({ template }); }}
        />
      )}
    </>
  );
}

/** The fields for instructions and budget. */
export function WorkFields({ sources: { form }, errors, change }: GroupProps) {
  const amountField = { inputMode: "decimal", placeholder: "Autocoder's limit" } as const;
  const onLeave = (field: "budgetUsd" | "budgetMinutes") => () => {
    if (formatted(form[field]) !== form[field]) change({ [field]: formatted(form[field]) });
  };
  return (
    <>
      <TextAreaField
        id="instructions" label="Additional instructions" value={form.instructions} error={errors.instructions}
        onChange={(instructions) => { change({ instructions }); }}
      />
      {form.through === "directly" && (
        <div className="columns">
          <TextField
            {...amountField} id="budget-usd" label="Budget in dollars" value={form.budgetUsd} error={errors.budgetUsd}
            onChange={(budgetUsd) => { change({ budgetUsd }); }} onLeave={onLeave("budgetUsd")}
          />
          <TextField
            {...amountField} id="budget-minutes" label="Budget in minutes" value={form.budgetMinutes} error={errors.budgetMinutes}
            onChange={(budgetMinutes) => { change({ budgetMinutes }); }} onLeave={onLeave("budgetMinutes")}
          />
        </div>
      )}
    </>
  );
}

function agentOptions(agents: readonly AgentEntry[] | undefined, isLoading: boolean, chosen: string): readonly Option[] {
  if (!agents) return [{ value: "", label: isLoading ? "Loading…" : "Autocoder's default agent" }, ...unlisted(chosen, [])];
  const options = agents.map(({ agentType, name, available, reason }) => ({
    value: agentType,
    label: available ? name : `${name} (not available: ${reason})`,
    isDisabled: !available,
  }));
  const first = agents.some((agent) => agent.available) ? [] : [{ value: "", label: "No agent is available" }];
  return [...first, ...options, ...unlisted(chosen, agents.map((one) => one.agentType))];
}

function modelOptions(agent: AgentEntry | undefined, chosen: string): readonly Option[] {
  const standard = agent?.defaultModel ? `Default (${agent.defaultModel})` : "The agent's default model";
  return [{ value: "", label: standard }, ...named(agent?.models ?? []), ...unlisted(chosen, agent?.models ?? [])];
}

function templateOptions(templates: readonly string[] | undefined, isLoading: boolean, chosen: string): readonly Option[] {
  const label = isLoading ? "Loading…" : "Default (by the type of the work item)";
  return [{ value: "", label }, ...named(templates ?? []), ...unlisted(chosen, templates ?? [])];
}

function named(names: readonly string[]): readonly Option[] {
  return names.map((name) => ({ value: name, label: name }));
}

/** Returns the option for a choice that is on no list, so that the field shows what is sent. */
function unlisted(chosen: string, list: readonly string[]): readonly Option[] {
  return chosen === "" || list.includes(chosen) ? [] : named([chosen]);
}
