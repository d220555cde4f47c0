/**
 * What the extension stores in Azure DevOps: settings for everybody, choices and drafts for one person. No secrets.
 *
 * Any user of the organisation can write settings, so nothing in them decides where tokens go: see `app/address.ts`.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/data-storage
 * @packageDocumentation
 */
import { extensionData } from "./services";
import { mergeSettings, parseSettings } from "./settings";

/** Which repository the work items of an area belong to; an area includes those below it. */
export interface AreaRepository {
  readonly areaPath: string;
  readonly repository: string;
}

/** Settings of the organisation or of one project; a project's value wins, field by field. */
export interface Settings {
  readonly functionUrl?: string;
  readonly agentType?: string;
  readonly model?: string;
  readonly template?: string;
  readonly createPullRequest?: boolean;
  readonly draft?: "default" | "always" | "never";
  readonly repository?: string;
  readonly repositoryByArea?: readonly AreaRepository[];
  readonly pipeline?: { readonly enabled: boolean; readonly pipelineId?: number };
}

/** What a person chose last in a project, or has typed for some work items. */
export interface Choices {
  readonly repository?: string;
  readonly sourceBranch?: string;
  readonly targetBranch?: string;
  readonly agentType?: string;
  readonly model?: string;
  readonly template?: string;
  readonly instructions?: string;
  readonly budgetUsd?: string;
  readonly budgetMinutes?: string;
  readonly createPullRequest?: boolean;
  readonly draft?: boolean;
}

/** The collection of settings, and those of one person. */
export type Collection = "settings" | "choices" | "drafts";

/** The id of the organisation's settings. */
export const ORGANIZATION = "organization";

/** Returns the id of the settings or choices of a project. */
export function projectDocument(projectId: string): string {
  return `project-${projectId}`;
}

/** Returns the id of the draft for some work items of a project. */
export function draftDocument(projectId: string, workItemIds: readonly number[]): string {
  return `item-${projectId}-${workItemIds.join("-")}`;
}

/** Returns a document, or an empty one when there is none. Throws when the host refuses for another reason. */
export async function readDocument<T extends object>(collection: Collection, id: string): Promise<Partial<T>> {
  const data = await extensionData();
  try {
    return (await data.getDocument(collection, id, scope(collection))) as Partial<T>;
  } catch (problem) {
    if (isMissing(problem)) return {};
    throw problem;
  }
}

/** Writes a document, whatever it held before. */
export async function writeDocument(collection: Collection, id: string, content: object): Promise<void> {
  const data = await extensionData();
  await data.setDocument(collection, { ...content, id, __etag: -1 }, scope(collection));
}

/** A document and its version, by which a later write finds out that somebody else wrote in between. */
export interface Versioned<T> {
  readonly content: Partial<T>;
  /** The document's `__etag`; undefined when there is no document yet. */
  readonly version: number | undefined;
}

/** Returns a document with its version. Throws when the host refuses. */
export async function readVersion<T extends object>(collection: Collection, id: string): Promise<Versioned<T>> {
  const content = await readDocument<T & { __etag: number }>(collection, id);
  return { content, version: content.__etag };
}

/**
 * Writes a document if it still has *version*, and returns its new version.
 * Throws when somebody else wrote it in between, and when the host refuses.
 */
export async function replaceDocument(
  collection: Collection,
  id: string,
  content: object,
  version: number | undefined,
): Promise<number | undefined> {
  const data = await extensionData();
  const written = (await (version === undefined
    ? data.createDocument(collection, { ...content, id }, scope(collection))
    : data.setDocument(collection, { ...content, id, __etag: version }, scope(collection)))) as { __etag?: number };
  return written.__etag;
}

/** Deletes a document; one that does not exist is no error. */
export async function deleteDocument(collection: Collection, id: string): Promise<void> {
  const data = await extensionData();
  try {
    await data.deleteDocument(collection, id, scope(collection));
  } catch (problem) {
    if (!isMissing(problem)) throw problem;
  }
}

/** Returns the settings of a project over those of its organisation. */
export async function effectiveSettings(projectId: string): Promise<Settings> {
  const [organization, project] = await Promise.all([
    readDocument<Settings>("settings", ORGANIZATION),
    projectId ? readDocument<Settings>("settings", projectDocument(projectId)) : {},
  ]);
  return mergeSettings(parseSettings(organization), parseSettings(project));
}

function scope(collection: Collection): { scopeType: string } {
  return { scopeType: collection === "settings" ? "Default" : "User" };
}

function isMissing(problem: unknown): boolean {
  const { status, message } = problem as { status?: number; message?: string };
  return status === 404 || /does not exist/i.test(message ?? "");
}
