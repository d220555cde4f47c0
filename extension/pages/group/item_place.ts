/**
 * Where the work item is: its own project, which need not be the page's, and the app's address in that project.
 *
 * @packageDocumentation
 */
import { defaultAddress } from "../app/address";
import type { Answer } from "../app/client";
import { readProjectId } from "../azure_devops/projects";
import { readWorkItems } from "../azure_devops/work_items";
import { effectiveSettings } from "../host/documents";
import type { Place } from "../host/session";
import { useResource, type Resource } from "../parts/resource";

import type { ItemPlace } from "./follow_item";

/** Reads where the work item *id* is. */
export function useItemPlace(place: Place, id: number): Resource<ItemPlace> {
  return useResource("where this work item belongs", `${place.organization} ${String(id)}`, () => readItemPlace(place, id));
}

async function readItemPlace(place: Place, workItemId: number): Promise<Answer<ItemPlace>> {
  const [item] = await readWorkItems([workItemId]);
  if (!item || item.isMissing) return { problem: { status: 404, code: "not_visible", message: MISSING } };
  const isOfPage = item.project.toLowerCase() === place.project.toLowerCase();
  const projectId = isOfPage ? place.projectId : await readProjectId(item.project);
  const { functionUrl } = await effectiveSettings(projectId);
  const address = functionUrl?.trim() || defaultAddress();
  return { value: { address, organization: place.organization, project: item.project, workItemId } };
}

const MISSING = "Azure DevOps shows you no such work item.";
