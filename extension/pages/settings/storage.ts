/**
 * Reads and writes the settings of this page, without overwriting what somebody else saved.
 *
 * @packageDocumentation
 */
import { ORGANIZATION, projectDocument, readDocument, readVersion, replaceDocument, type Settings } from "../host/documents";
import { parseSettings } from "../host/settings";

/** Settings and the version of their document; undefined before the first save. */
export interface Stored {
  readonly settings: Settings;
  readonly version: number | undefined;
}

/** The settings of the page, and those that it inherits. */
export interface Loaded extends Stored {
  readonly inherited: Settings;
}

/** How a save ended: with a new version, or with what somebody else had saved before. */
export type Saved = { readonly version: number | undefined } | { readonly theirs: Stored };

/** Reads the settings of a project, or of the organisation without one. Throws when the host refuses. */
export async function loadSettings(projectId: string): Promise<Loaded> {
  const [own, organization] = await Promise.all([
    read(projectId),
    projectId ? readDocument<Settings>("settings", ORGANIZATION) : Promise.resolve({}),
  ]);
  return { ...own, inherited: parseSettings(organization) };
}

/** Saves *settings* over *version*. Throws when the host refuses for another reason than a newer version. */
export async function saveSettings(projectId: string, settings: Settings, version: number | undefined): Promise<Saved> {
  try {
    return { version: await replaceDocument("settings", documentId(projectId), settings, version) };
  } catch (problem) {
    // The refusal of an old version has no documented form, so the version itself is compared.
    const theirs = await read(projectId);
    if (theirs.version === version) throw problem;
    return { theirs };
  }
}

async function read(projectId: string): Promise<Stored> {
  const { content, version } = await readVersion<Settings>("settings", documentId(projectId));
  return { settings: parseSettings(content), version };
}

function documentId(projectId: string): string {
  return projectId ? projectDocument(projectId) : ORGANIZATION;
}
