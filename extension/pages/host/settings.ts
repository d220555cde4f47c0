/**
 * Settings as values: how a document is read, and how a project's settings go over those of its organisation.
 *
 * Any user of the organisation can write these documents, so a field of the wrong type is dropped.
 *
 * @packageDocumentation
 */
import type { AreaRepository, Settings } from "./documents";

/** A name of a setting. */
export type Field = keyof Settings;

const TEXTS = ["functionUrl", "agentType", "model", "template", "repository"] as const;
const DRAFTS: readonly unknown[] = ["default", "always", "never"];

/** Returns the settings in *content*, without what is empty, unknown or of the wrong type. */
export function parseSettings(content: unknown): Settings {
  const given = record(content);
  const parsed: { -readonly [F in Field]?: NonNullable<Settings[F]> } = {};
  for (const field of TEXTS) {
    const value = given[field];
    if (typeof value === "string" && value.trim()) parsed[field] = value.trim();
  }
  if (typeof given["createPullRequest"] === "boolean") parsed.createPullRequest = given["createPullRequest"];
  if (DRAFTS.includes(given["draft"])) parsed.draft = given["draft"] as NonNullable<Settings["draft"]>;
  const areas = areaRepositories(given["repositoryByArea"]);
  if (areas.length) parsed.repositoryByArea = areas;
  const pipeline = pipelineOf(given["pipeline"]);
  if (pipeline) parsed.pipeline = pipeline;
  return parsed;
}

/** Returns the settings of *project* over those of *organization*, field by field. */
export function mergeSettings(organization: Settings, project: Settings): Settings {
  return { ...organization, ...project };
}

function areaRepositories(value: unknown): AreaRepository[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((row) => {
    const { areaPath, repository } = record(row);
    if (typeof areaPath !== "string" || typeof repository !== "string") return [];
    const trimmed = { areaPath: areaPath.trim(), repository: repository.trim() };
    return trimmed.areaPath || trimmed.repository ? [trimmed] : [];
  });
}

function pipelineOf(value: unknown): Settings["pipeline"] {
  const { enabled, pipelineId } = record(value);
  if (typeof enabled !== "boolean") return undefined;
  return Number.isSafeInteger(pipelineId) && Number(pipelineId) > 0 ? { enabled, pipelineId: Number(pipelineId) } : { enabled };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
