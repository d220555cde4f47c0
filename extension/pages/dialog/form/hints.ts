/**
 * What the fields say about their defaults: where the app decides, and which earlier choice is not offered any more.
 *
 * @packageDocumentation
 */
import { agentEntry, wantedModels, type Edits, type Form, type Knowledge } from "./form";
import { appRepository } from "./repository";

/** A remark below a field, by field. */
export type FieldHints = Partial<Record<keyof Form, string>>;

/** Returns the remarks about the defaults in *form*, which comes from *known* and *edits*. */
export function defaultHints(known: Knowledge, edits: Edits, form: Form): FieldHints {
  return { ...repositoryHint(known, form), ...agentHint(known, edits, form), ...modelHint(known, edits, form), ...templateHint(known, edits) };
}

function repositoryHint(known: Knowledge, form: Form): FieldHints {
  const name = appRepository(known);
  if (known.repositories || form.repository || form.through === "pipeline" || name === undefined) return {};
  const branches = "The default branch of the repository";
  return { repository: `Autocoder's default for this project: ${name}`, sourceBranch: branches, targetBranch: branches };
}

function agentHint(known: Knowledge, edits: Edits, form: Form): FieldHints {
  const { agents, choices = {}, settings = {} } = known;
  if (edits.agentType || !agents) return {};
  const lost = [choices.agentType, settings.agentType].find((one) => one && !agentEntry(known, one)?.available);
  const isInstead = lost !== undefined && (lost === choices.agentType || !choices.agentType);
  return isInstead ? { agentType: `${lost} is not available, so ${form.agentType || "none"} is chosen instead.` } : {};
}

function modelHint(known: Knowledge, edits: Edits, { agentType, model }: Form): FieldHints {
  const agent = agentEntry(known, agentType);
  if (edits.model !== undefined || !agent) return {};
  const [wanted] = wantedModels(known, agentType).filter(Boolean);
  return wanted && wanted !== model ? { model: `${wanted} is not offered any more, so ${model || "the default"} is chosen instead.` } : {};
}

function templateHint({ templates, choices = {}, settings = {} }: Knowledge, edits: Edits): FieldHints {
  if (edits.template !== undefined || !templates) return {};
  const wanted = choices.template ?? settings.template;
  return wanted && !templates.includes(wanted) ? { template: `The template ${wanted} does not exist any more.` } : {};
}
