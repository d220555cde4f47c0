/**
 * Where the agent works: repository, source branch and target branch.
 *
 * @packageDocumentation
 */
import { findBranches } from "../azure_devops/repositories";

import type { FieldErrors } from "./checks";
import { Combobox } from "./Combobox";
import type { Edits } from "./form";
import { ReadProblem } from "./ReadProblem";
import type { Reads } from "./reads";
import { selectable } from "./repository";
import { searchIn, type Search } from "./search";

/** What each group of fields needs. */
export interface GroupProps {
  readonly reads: Reads;
  readonly errors: FieldErrors;
  readonly change: (change: Edits) => void;
}

/** The fields for repository and branches. */
export function CodeFields(props: GroupProps) {
  const { reads, errors, change } = props;
  const { form, known, repositories, allowed } = reads;
  const names = selectable(known).map((one) => one.name);
  const isOfPipeline = form.through === "pipeline" && known.pipelineRepository !== undefined && known.pipelineRepository !== "";
  return (
    <>
      <ReadProblem resource={repositories} />
      {form.through === "directly" && <ReadProblem resource={allowed} />}
      <Combobox
        id="repository" label="Repository" isRequired value={form.repository} error={errors.repository}
        search={searchIn(names)} searchKey={names.join("/")} isDisabled={isOfPipeline}
        hint={isOfPipeline ? "The pipeline's own repository" : undefined}
        placeholder={repositories.isLoading ? "Loading…" : "Choose a repository"}
        onChange={(repository) => { change({ repository }); }}
      />
      <BranchFields {...props} />
    </>
  );
}

function BranchFields({ reads: { form, known }, errors, change }: GroupProps) {
  const repository = known.repositories?.find((one) => one.name === form.repository);
  const search: Search = (text) => (repository ? findBranches(repository, text) : Promise.resolve({ names: [], hasMore: false }));
  const common = { isRequired: true, search, searchKey: repository?.id ?? "", isDisabled: !repository?.defaultBranch };
  return (
    <>
      <Combobox
        {...common} id="source-branch" label="Source branch" value={form.sourceBranch} error={errors.sourceBranch}
        hint="Where the work starts" onChange={(sourceBranch) => { change({ sourceBranch }); }}
      />
      <Combobox
        {...common} id="target-branch" label="Target branch" value={form.targetBranch} error={errors.targetBranch}
        hint="Where the pull request goes" onChange={(targetBranch) => { change({ targetBranch }); }}
      />
    </>
  );
}
