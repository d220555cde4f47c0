/**
 * The form: where the run goes through, the groups of fields, and what becomes of the result.
 *
 * @packageDocumentation
 */
import { CheckField, SelectField } from "../parts/fields";

import { AgentFields, WorkFields } from "./AgentFields";
import { CodeFields, type GroupProps } from "./CodeFields";
import { ReadProblem } from "./ReadProblem";

/** Shows the form. */
export function FormView(props: GroupProps) {
  return (
    <div className="fields">
      <ThroughFields {...props} />
      <CodeFields {...props} />
      <AgentFields {...props} />
      <WorkFields {...props} />
      <ResultFields {...props} />
    </div>
  );
}

function ThroughFields({ reads: { form, known, pipelines }, errors, change }: GroupProps) {
  if (!known.settings?.pipeline?.enabled) return null;
  const offer = (pipelines.value ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const isListed = offer.some((one) => one.value === String(form.pipelineId));
  const first = { value: isListed ? "0" : String(form.pipelineId), label: pipelines.isLoading ? "Loading…" : "Choose a pipeline" };
  return (
    <>
      <SelectField
        id="through" label="Run" value={form.through}
        options={[{ value: "directly", label: "Directly" }, { value: "pipeline", label: "Through a pipeline" }]}
        onChange={(value) => { change({ through: value === "pipeline" ? "pipeline" : "directly" }); }}
      />
      {form.through === "pipeline" && <ReadProblem resource={pipelines} />}
      {form.through === "pipeline" && (
        <SelectField
          id="pipeline" label="Pipeline" isRequired value={String(form.pipelineId)} error={errors.pipelineId}
          hint="The pipeline decides on model, template and budget." options={[first, ...offer]}
          onChange={(id) => { change({ pipelineId: Number(id) }); }}
        />
      )}
    </>
  );
}

function ResultFields({ reads: { form }, change }: GroupProps) {
  return (
    <div className="checks">
      <CheckField
        id="create-pull-request" label="Create pull request automatically" isChecked={form.createPullRequest}
        onChange={(createPullRequest) => { change({ createPullRequest }); }}
      />
      {form.through === "directly" && (
        <CheckField
          id="draft" label="as draft" isChecked={form.draft ?? false} isDisabled={!form.createPullRequest}
          onChange={(draft) => { change({ draft }); }}
        />
      )}
    </div>
  );
}
