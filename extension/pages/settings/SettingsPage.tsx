/**
 * The settings of a project, or of the organisation when the page has no project.
 *
 * @packageDocumentation
 */
import { defaultAddress } from "../app/address";
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
import { answered, useResource } from "./resource";
import { SaveBar } from "./SaveBar";
import { loadSettings, type Loaded } from "./storage";
import { useForm } from "./use_form";
import "./settings.css";

/** Reads the settings, then shows the form. */
export function SettingsPage({ place }: { readonly place: Place }) {
  const { projectId, project } = place;
  const loaded = useResource(projectId || "organization", () => answered(() => loadSettings(projectId)));
  return (
    <main className="set-page">
      <h1>Autocoder</h1>
      <p className="set-hint">
        {projectId
          ? `Settings of the project ${project}. An empty field inherits the organization's value.`
          : "Settings of the organization. A project can have values of its own."}
      </p>
      {loaded.isLoading && <p role="status">Reading the settings…</p>}
      {loaded.problem && (
        <ProblemCard
          problem={{ ...loaded.problem, message: `The settings could not be read. ${loaded.problem.message}` }}
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
  return (
    <>
      <ConnectionSection form={form} isProject={isProject} />
      <DefaultsSection form={form} isProject={isProject} lists={appLists} />
      {isProject && <RepositoriesSection form={form} lists={lists} />}
      {isProject && <PipelineSection form={form} pipelines={lists.pipelines} />}
      <SaveBar form={form} />
      <DoctorSection address={address} />
      {isProject && <HooksSection address={address} projectId={place.projectId} />}
    </>
  );
}
