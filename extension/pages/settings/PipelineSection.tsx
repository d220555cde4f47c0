/**
 * Whether people can run Autocoder through a pipeline, with their own rights, and through which one.
 *
 * @packageDocumentation
 */
import type { Settings } from "../host/documents";
import { ProblemCard } from "../parts/ProblemCard";

import { SelectField, type Option } from "../parts/fields";
import { LABELS } from "./form";
import type { ProjectLists } from "./lists";
import { Section } from "./Section";
import type { Form } from "./use_form";

/** What the section needs. */
export interface PipelineProps {
  readonly form: Form;
  readonly pipelines: ProjectLists["pipelines"];
}

/** Shows the switch, and the list of the project's pipelines when it is on. */
export function PipelineSection({ form, pipelines }: PipelineProps) {
  const { enabled, pipelineId } = effective(form);
  const toggle = (isOn: boolean) => {
    // Without a pipeline, "off" is the same as no value.
    form.set("pipeline", isOn || pipelineId || form.inherited.pipeline ? { ...effective(form), enabled: isOn } : undefined);
  };
  return (
    <Section id="pipeline" title={LABELS.pipeline} about={
      "The dialog can also start a pipeline of the project that contains the task Autocoder@1. It runs with the rights " +
      "of the person who starts it."
    }>
      <label className="ac-check">
        <input type="checkbox" checked={enabled} onChange={(event) => { toggle(event.target.checked); }} />
        Let people start Autocoder through a pipeline
        {form.changed.includes("pipeline") && <span className="ac-field-unsaved">unsaved</span>}
      </label>
      {enabled && <PipelineField form={form} pipelines={pipelines} />}
    </Section>
  );
}

function PipelineField({ form, pipelines }: PipelineProps) {
  const { pipelineId } = effective(form);
  return (
    <>
      {pipelines.problem && <ProblemCard problem={pipelines.problem} retry={pipelines.retry} />}
      {pipelines.isLoading && <p className="ac-field-hint" role="status">Reading the pipelines…</p>}
      {pipelines.value?.length === 0 && <p className="ac-field-hint">The project has no pipeline yet. Create one in Pipelines, then reload this page.</p>}
      <SelectField
        id="field-pipeline" label="Pipeline" error={form.problems.pipeline}
        value={pipelineId === undefined ? "" : String(pipelineId)} options={optionsOf(pipelines.value ?? [], pipelineId)}
        onChange={(value) => { form.set("pipeline", value ? { enabled: true, pipelineId: Number(value) } : { enabled: true }); }}
      />
    </>
  );
}

function effective({ settings, inherited }: Form): NonNullable<Settings["pipeline"]> {
  return settings.pipeline ?? inherited.pipeline ?? { enabled: false };
}

function optionsOf(pipelines: NonNullable<ProjectLists["pipelines"]["value"]>, chosen: number | undefined): readonly Option[] {
  const options = pipelines.map(({ id, name, folder }) => ({
    value: String(id),
    label: folder && folder !== "\\" ? `${folder.replace(/^\\/, "")}\\${name}` : name,
  }));
  const isListed = chosen === undefined || options.some(({ value }) => value === String(chosen));
  const unlisted = isListed ? [] : [{ value: String(chosen), label: `Pipeline ${String(chosen)} (not in the list)` }];
  return [{ value: "", label: "Choose a pipeline" }, ...unlisted, ...options];
}
