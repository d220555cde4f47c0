/**
 * Which repository a work item belongs to: the project's default, and one for each area.
 *
 * @packageDocumentation
 */
import type { AreaRepository } from "../host/documents";
import { ProblemCard } from "../parts/ProblemCard";

import { TextField, type Option } from "../parts/fields";
import { fieldProps, placeholderOf } from "./inherited";
import type { ProjectLists } from "./lists";
import { Section } from "./Section";
import type { Form } from "./use_form";

/** Shows the default repository and the rows of areas. */
export function RepositoriesSection({ form, lists }: { readonly form: Form; readonly lists: ProjectLists }) {
  const repositories = toOptions(lists.repositories.value);
  const { settings, inherited, set, problems } = form;
  const rows = settings.repositoryByArea ?? [];
  const keep = (next: readonly AreaRepository[]) => { set("repositoryByArea", next); };
  return (
    <Section id="repositories" title="Repositories" about="The dialog proposes the repository of the work item's area; an area includes those below it.">
      {lists.repositories.isLoading && <p className="ac-field-hint" role="status">Reading the repositories…</p>}
      {[lists.repositories, lists.areas].map((list, index) => list.problem && (
        <ProblemCard key={index} problem={list.problem} next="Until then you can type the names." retry={list.retry} />
      ))}
      <TextField
        {...fieldProps(form, "repository", true)} value={settings.repository ?? ""} suggestions={repositories}
        onChange={(value) => { set("repository", value); }} placeholder={placeholderOf(inherited.repository, "The app's default for the project")}
        hint={hintOf(settings.repository, lists.repositories.value)}
      />
      <h3>
        Repositories by area
        {form.changed.includes("repositoryByArea") && <span className="ac-field-unsaved">unsaved</span>}
      </h3>
      {rows.length === 0 && <p className="ac-field-hint">No area has a repository of its own.</p>}
      <ul className="set-rows">
        {rows.map((row, index) => (
          <AreaRow
            key={index} row={row} number={index + 1} areas={toOptions(lists.areas.value)} repositories={repositories}
            onChange={(next) => { keep(rows.map((one, at) => (at === index ? next : one))); }}
            onRemove={() => { keep(rows.filter((_one, at) => at !== index)); }}
          />
        ))}
      </ul>
      {problems.repositoryByArea && <p className="ac-field-error">{problems.repositoryByArea}</p>}
      <div className="ac-buttons">
        <button type="button" className="ac-button" onClick={() => { keep([...rows, { areaPath: "", repository: "" }]); }}>Add area</button>
      </div>
    </Section>
  );
}

interface AreaRowProps {
  readonly row: AreaRepository;
  readonly number: number;
  readonly areas: readonly Option[];
  readonly repositories: readonly Option[];
  readonly onChange: (row: AreaRepository) => void;
  readonly onRemove: () => void;
}

function AreaRow({ row, number, areas, repositories, onChange, onRemove }: AreaRowProps) {
  const id = `area-${String(number)}`;
  return (
    <li className="set-row">
      <TextField
        id={`${id}-path`} label={`Area ${String(number)}`} value={row.areaPath} suggestions={areas} placeholder="Project\Area"
        onChange={(areaPath) => { onChange({ ...row, areaPath }); }}
      />
      <TextField
        id={`${id}-repository`} label={`Repository ${String(number)}`} value={row.repository} suggestions={repositories}
        onChange={(repository) => { onChange({ ...row, repository }); }}
      />
      <button type="button" className="ac-button" aria-label={`Remove area ${String(number)}`} onClick={onRemove}>Remove</button>
    </li>
  );
}

function hintOf(value: string | undefined, known: readonly string[] | undefined): string | undefined {
  if (!value || !known || known.some((name) => name.toLowerCase() === value.trim().toLowerCase())) return undefined;
  return "Autocoder does not list this repository for the project. Check its name.";
}

function toOptions(values: readonly string[] | undefined): readonly Option[] {
  return (values ?? []).map((value) => ({ value, label: value }));
}
