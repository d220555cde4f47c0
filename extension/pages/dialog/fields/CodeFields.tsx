/**
 * Where the agent works: repository, source branch and target branch.
 *
 * @packageDocumentation
 */
import { findBranches } from "../../azure_devops/repositories";

import type { FieldErrors } from "../form/checks";
import { Combobox } from "./Combobox";
import type { Edits } from "../form/form";
import type { FieldHints } from "../form/hints";
import { selectable } from "../form/repository";
import { searchIn, type Search } from "./search";
import type { Sources } from "../form/sources";

/** What each group of fields needs. */
export interface GroupProps {
  readonly sources: Sources;
  readonly errors: FieldErrors;
  readonly hints: FieldHints;
  readonly change: (change: Edits) => void;
}

/** The fields for repository and branches. */
export function CodeFields(props: GroupProps) {
  const { sources, errors, hints, change } = props;
  const { form, known } = sources;
  const names = selectable(known).map((one) => one.name);
  const isOfPipeline = form.through === "pipeline" && known.pipelineRepository !== undefined && known.pipelineRepository !== "";
  return (
    <>
      <Combobox
        id="repository" label="Repository" isRequired={hints.repository === undefined} value={form.repository} error={errors.repository}
        search={searchIn(names)} searchKey={names.join("/")} isDisabled={isOfPipeline || !known.repositories}
        hint={isOfPipeline ? "The pipeline's own repository" : hints.repository} placeholder={placeholder(props)}
        onChange={(repository) => { change({ repository }); }}
      />
      <BranchFields {...props} />
    </>
  );
}

function BranchFields({ sources: { form, known }, errors, hints, change }: GroupProps) {
  const repository = known.repositories?.find((one) => one.name === form.repository);
  const search: Search = (text) => (repository ? findBranches(repository, text) : Promise.resolve({ names: [], hasMore: false }));
  const common = {
    isRequired: hints.targetBranch === undefined, search, searchKey: repository?.id ?? "", isDisabled: !repository?.defaultBranch,
  };
  return (
    <>
      <Combobox
        {...common} id="source-branch" label="Source branch" value={form.sourceBranch} error={errors.sourceBranch}
        hint={hints.sourceBranch ?? "Where the work starts"} onChange={(sourceBranch) => { change({ sourceBranch }); }}
      />
      <Combobox
        {...common} id="target-branch" label="Target branch" value={form.targetBranch} error={errors.targetBranch}
        hint={hints.targetBranch ?? "Where the pull request goes"} onChange={(targetBranch) => { change({ targetBranch }); }}
      />
    </>
  );
}

function placeholder({ sources: { items, settings, repositories, allowed }, hints }: GroupProps): string {
  if ([items, settings, repositories, allowed].some((one) => one.isLoading)) return "Loading…";
  if (hints.repository) return "Autocoder's default";
  return repositories.problem ? "Could not be read" : "Choose a repository";
}
