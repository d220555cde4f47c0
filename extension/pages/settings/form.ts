/**
 * The settings as a form: what is changed, what is wrong, and how it goes together with what somebody else saved.
 *
 * @packageDocumentation
 */
import { checkAddress } from "../app/address";
import type { AreaRepository, Settings } from "../host/documents";
import { type Field, parseSettings } from "../host/settings";

/** What each setting is called on the page. */
export const LABELS: Readonly<Record<Field, string>> = {
  functionUrl: "Function URL",
  agentType: "Agent",
  model: "Model",
  template: "Prompt template",
  createPullRequest: "Create pull request automatically",
  draft: "Draft pull requests",
  repository: "Default repository",
  repositoryByArea: "Repositories by area",
  pipeline: "Through a pipeline",
};

/** What is wrong with the settings, by field. */
export type Problems = Partial<Record<Field, string>>;

/** Returns *settings* with one field set; an undefined or empty value removes it, so that it is inherited again. */
export function withField<F extends Field>(settings: Settings, field: F, value: Settings[F]): Settings {
  const isEmpty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  const rest = Object.fromEntries(Object.entries(settings).filter(([name]) => name !== field)) as Settings;
  return isEmpty ? rest : { ...rest, [field]: value };
}

/** Returns the fields that differ, in the order of the page. */
export function changedFields(before: Settings, after: Settings): readonly Field[] {
  const [one, other] = [parseSettings(before), parseSettings(after)];
  return (Object.keys(LABELS) as Field[]).filter((field) => !isSame(one[field], other[field]));
}

/** The settings after somebody else saved: theirs, with mine where I changed something. */
export interface Rebased {
  readonly settings: Settings;
  /** Fields that both changed, to different values; mine are in `settings`. */
  readonly overlapping: readonly Field[];
  /** Fields that only they changed. */
  readonly taken: readonly Field[];
}

/** Returns my changes since *base* on top of *theirs*. */
export function rebase(base: Settings, mine: Settings, theirs: Settings): Rebased {
  const my = changedFields(base, mine);
  const their = changedFields(base, theirs);
  const settings = my.reduce<Settings>((result, field) => withField(result, field, mine[field]), theirs);
  return {
    settings,
    overlapping: my.filter((field) => their.includes(field) && !isSame(mine[field], theirs[field])),
    taken: their.filter((field) => !my.includes(field)),
  };
}

/** Returns what is wrong with *settings*; a form with problems is not saved. */
export function problemsOf(settings: Settings, hosts?: readonly string[]): Problems {
  const problems: Problems = {};
  if (settings.functionUrl?.trim()) {
    const checked = checkAddress(settings.functionUrl, hosts);
    if ("reason" in checked) problems.functionUrl = checked.reason;
  }
  const areas = areaProblem(settings.repositoryByArea ?? []);
  if (areas) problems.repositoryByArea = areas;
  if (settings.pipeline?.enabled && settings.pipeline.pipelineId === undefined) {
    problems.pipeline = "Choose the pipeline that runs Autocoder.";
  }
  return problems;
}

/** Returns *settings* as they are stored: trimmed, without empty rows, and the function URL as its origin. */
export function stored(settings: Settings, hosts?: readonly string[]): Settings {
  const parsed = parseSettings(settings);
  if (!parsed.functionUrl) return parsed;
  const checked = checkAddress(parsed.functionUrl, hosts);
  return "origin" in checked ? { ...parsed, functionUrl: checked.origin } : parsed;
}

function areaProblem(rows: readonly AreaRepository[]): string | undefined {
  const filled = rows.filter((row) => row.areaPath.trim() || row.repository.trim());
  if (filled.some((row) => !row.areaPath.trim() || !row.repository.trim())) {
    return "Each row needs an area and a repository. Fill in both, or remove the row.";
  }
  const areas = filled.map((row) => row.areaPath.trim().toLowerCase());
  const twice = filled.find((_row, index) => areas.indexOf(areas[index] ?? "") !== index);
  return twice && `The area ${twice.areaPath.trim()} is there more than once. Remove one of the rows.`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
