/**
 * Work items, and the repositories that their development links name.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/list
 * @packageDocumentation
 */
import { anything, dictionary, list, listOf, nullable, number, record, text } from "../http/shape";

import { request } from "./client";

/** A work item as the dialog shows it; one that is deleted or hidden from the person has no title. */
export interface WorkItem {
  readonly id: number;
  readonly isMissing: boolean;
  readonly title: string;
  readonly type: string;
  readonly project: string;
  readonly areaPath: string;
  readonly links: readonly CodeLink[];
}

/** A development link: ids of project and repository, and the branch when the link is one to a branch. */
export interface CodeLink {
  readonly projectId: string;
  readonly repositoryId: string;
  readonly branch: string;
}

interface Answer {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly relations?: readonly { readonly rel: string; readonly url: string }[];
}

const ITEMS = listOf(
  nullable(
    record<Answer>(
      { id: number, fields: dictionary(anything) },
      { relations: list(record<{ readonly rel: string; readonly url: string }>({ rel: text, url: text }, {})) },
    ),
  ),
);

const KINDS = ["Ref", "PullRequestId", "Commit"] as const;
const ARTIFACT = /^vstfs:\/\/\/Git\/(Ref|PullRequestId|Commit)\/(.+)$/i;

/**
 * Returns the work items in the order of *ids*, wherever in the organisation they are.
 * Throws `AzureDevOpsProblem`.
 */
export async function readWorkItems(ids: readonly number[]): Promise<readonly WorkItem[]> {
  const path = `_apis/wit/workitems?ids=${ids.join(",")}&$expand=relations&errorPolicy=omit&api-version=7.1`;
  const { value } = await request(path, ITEMS);
  const found = new Map(value.value.filter((item) => item !== null).map((item) => [item.id, item]));
  return ids.map((id) => toWorkItem(id, found.get(id)));
}

function toWorkItem(id: number, answer: Answer | undefined): WorkItem {
  const text = (field: string) => {
    const value = answer?.fields[`System.${field}`];
    return typeof value === "string" ? value : "";
  };
  return {
    id,
    isMissing: answer === undefined,
    title: text("Title"),
    type: text("WorkItemType"),
    project: text("TeamProject"),
    areaPath: text("AreaPath"),
    links: codeLinks((answer?.relations ?? []).filter((one) => one.rel === "ArtifactLink").map((one) => one.url)),
  };
}

/** Returns the development links among *urls*: branches first, then pull requests, then commits. */
export function codeLinks(urls: readonly string[]): readonly CodeLink[] {
  const found = urls.flatMap((url) => toCodeLink(url));
  return KINDS.flatMap((kind) => found.filter((one) => one.kind === kind.toLowerCase()).map((one) => one.link));
}

function toCodeLink(url: string): readonly { kind: string; link: CodeLink }[] {
  const [, kind = "", rest = ""] = ARTIFACT.exec(url) ?? [];
  const [projectId, repositoryId, ...name] = decode(rest).split("/");
  if (!projectId || !repositoryId || name.length === 0) return [];
  const ref = name.join("/");
  const branch = kind.toLowerCase() === "ref" && ref.startsWith("GB") ? ref.slice(2) : "";
  return [{ kind: kind.toLowerCase(), link: { projectId, repositoryId, branch } }];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // anybody can write links
  }
}
