/**
 * The settings of a project, or of the organisation when the page has no project.
 *
 * @packageDocumentation
 */
import { defaultAddress } from "../app/address";
import { mayAdminister } from "../azure_devops/permissions";
import { mergeSettings } from "../host/settings";
import type { Place } from "../host/session";
import { ProblemCard } from "../parts/ProblemCard";

import { ConnectionSection } from "./ConnectionSection";
import { DefaultsSection } from "./DefaultsSection";
import { DoctorSection } from "./DoctorSection";
import { HooksSection } from "./HooksSection";
import { useAppLists, useProjectLists } from "./lists";
import { PipelineSection } from "./PipelineSection";
import { RepositoriesSection } from "./RepositoriesSection";
import { useResource, valueOf } from "../parts/resource";
import { SaveBar } from "./SaveBar";
import { loadSettings, type Loaded } from "./storage";
import { useForm } from "./use_form";
import "./settings.css";

/** Reads the settings, then shows the form. */
export function SettingsPage({ place }: { readonly place: Place }) {
  const { projectId, project } = place;
  const loaded = useResource("the settings", projectId || "organization", () => valueOf(loadSettings(projectId)));
  return (
    <main className="set-page">
      <h1>Autocoder</h1>
      <p className="ac-field-hint">
        {projectId
          ? `Settings of the project ${project}. An empty field inherits the organization's value.`
          : "Settings of the organization. A project can have values of its own."}
      </p>
      {loaded.isLoading && <p role="status">Reading the settings…</p>}
      {loaded.problem && (
        <ProblemCard
          problem={loaded.problem}
          next="Try again. If it happens again, check that the extension is enabled (Organization settings, Extensions)."
          retry={loaded.retry}
        />
      )}
      {loaded.value && <SettingsForm place={place} loaded={loaded.value} />}
    </main>
  );
}

function SettingsForm({ place, loaded }: { readonly place: Place; readonly loaded: Loaded }) {
  const isProject = place.projectId !== "";
  const form = useForm(place.projectId, loaded);
  const address = mergeSettings(form.inherited, form.settings).functionUrl ?? defaultAddress();
  const appLists = useAppLists(address, place);
  const lists = useProjectLists(address, place);
  const rights = useResource("your permissions", place.projectId || "organization", () => valueOf(mayAdminister(place.projectId)));
  return (
    <>
      <ConnectionSection form={form} isProject={isProject} />
      <DefaultsSection form={form} isProject={isProject} lists={appLists} />
      {isProject && <RepositoriesSection form={form} lists={lists} />}
      {isProject && <PipelineSection form={form} pipelines={lists.pipelines} />}
      <SaveBar form={form} refusal={rights.value === false ? refusalOf(isProject) : undefined} />
      <DoctorSection address={address} />
      {isProject && <HooksSection address={address} projectId={place.projectId} />}
    </>
  );
}

/** Returns why the person cannot save. When Azure DevOps does not say who may, the save itself finds out. */
function refusalOf(isProject: boolean): string {
  const permission = isProject
    ? "Edit project-level information, which administrators of the project have"
    : "Edit instance-level information, which administrators of the organization have";
  return `You cannot save: you need the permission ${permission}. Ask one of them to change these settings.`;
}
