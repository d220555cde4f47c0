/**
 * The form: where the run goes through, the groups of fields, and what becomes of the result.
 *
 * @packageDocumentation
 */
import { CheckField, SelectField } from "../../parts/fields";

import { AgentFields, WorkFields } from "./AgentFields";
import { CodeFields, type GroupProps } from "./CodeFields";
import type { Form } from "../form/form";

const DRAFTS: readonly { readonly value: Form["draft"]; readonly label: string }[] = [
  { value: "default", label: "The repository's default" },
  { value: "always", label: "Yes" },
  { value: "never", label: "No" },
];

/** Shows the form; nothing can be changed while *isSent*, because a change would reach no run. */
export function FormView({ isSent, ...props }: GroupProps & { readonly isSent: boolean }) {
  return (
    <fieldset className="fields" disabled={isSent}>
      <legend className="ac-hidden">What Autocoder should do</legend>
      <ThroughFields {...props} />
      <CodeFields {...props} />
      <AgentFields {...props} />
      <WorkFields {...props} />
      <ResultFields {...props} />
    </fieldset>
  );
}

function ThroughFields({ sources: { form, known, pipelines }, errors, change }: GroupProps) {
  if (!known.settings?.pipeline?.enabled) return null;
  const offer = (pipelines.value ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const chosen = String(form.pipelineId);
  const unlisted = form.pipelineId > 0 && !offer.some((one) => one.value === chosen) ? [{ value: chosen, label: `Pipeline ${chosen}` }] : [];
  const first = { value: "0", label: pipelines.isLoading ? "Loading…" : "Choose a pipeline" };
  return (
    <>
      <SelectField
        id="through" label="Run" value={form.through}
        options={[{ value: "directly", label: "Directly" }, { value: "pipeline", label: "Through a pipeline" }]}
        onChange={(value) => { change({ through: value === "pipeline" ? "pipeline" : "directly" }); }}
      />
      {form.through === "pipeline" && (
        <SelectField
          id="pipeline" label="Pipeline" isRequired value={chosen} error={errors.pipelineId}
          hint="The pipeline decides on model, template, budget and draft." options={[first, ...unlisted, ...offer]}
          onChange={(id) => { change({ pipelineId: Number(id) }); }}
        />
      )}
    </>
  );
}

function ResultFields({ sources: { form }, change }: GroupProps) {
  return (
    <div className="checks">
      <CheckField
        id="create-pull-request" label="Create pull request automatically" isChecked={form.createPullRequest}
        onChange={(createPullRequest) => { change({ createPullRequest }); }}
      />
      {form.through === "directly" && (
        <SelectField
          id="draft" label="As draft" value={form.draft} isDisabled={!form.createPullRequest} options={DRAFTS}
          onChange={(value) => { change({ draft: DRAFTS.find((one) => one.value === value)?.value ?? "default" }); }}
        />
      )}
    </div>
  );
}
