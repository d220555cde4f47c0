/**
 * The state of a pull request.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-request
 * @packageDocumentation
 */
import { boolean, list, number, record, text } from "../http/shape";

import { request } from "./client";

/** The state of a pull request that was completed, which is final. */
export const COMPLETED = "Completed";

const APPROVED = 5; // with suggestions; 10 without
const WAITING = -5;
const REJECTED = -10;

/** Where a pull request is, by the names that Azure DevOps uses. */
export interface PullRequestLocation {
  readonly project: string;
  readonly repository: string;
  readonly id: number;
}

interface Answer {
  readonly status?: string;
  readonly isDraft?: boolean;
  readonly mergeStatus?: string;
  readonly reviewers?: readonly { readonly vote?: number }[];
}

const ANSWER = record<Answer>(
  {},
  { status: text, isDraft: boolean, mergeStatus: text, reviewers: list(record<{ readonly vote?: number }>({}, { vote: number })) },
);

/** Returns the state of a pull request in words, such as `Active, 2 approvals`. Throws `AzureDevOpsProblem`. */
export async function readPullRequestState(at: PullRequestLocation, stop?: AbortSignal): Promise<string> {
  const [project, repository] = [at.project, at.repository].map(encodeURIComponent);
  const path = `${project ?? ""}/_apis/git/repositories/${repository ?? ""}/pullrequests/${String(at.id)}?api-version=7.1`;
  const { value } = await request(path, ANSWER, { stop });
  return stateOf(value);
}

/** Returns the words for the state in *answer*. */
export function stateOf({ status, isDraft, mergeStatus, reviewers = [] }: Answer): string {
  if (status === "completed") return COMPLETED;
  if (status === "abandoned") return "Abandoned";
  const votes = reviewers.map(({ vote }) => vote ?? 0);
  const approvals = votes.filter((vote) => vote >= APPROVED).length;
  return [
    isDraft ? "Draft" : "Active",
    mergeStatus === "conflicts" && "conflicts",
    votes.includes(REJECTED) && "rejected",
    votes.includes(WAITING) && "waiting for the author",
    approvals > 0 && `${String(approvals)} ${approvals === 1 ? "approval" : "approvals"}`,
  ].filter(Boolean).join(", ");
}
