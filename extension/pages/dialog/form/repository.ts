/**
 * Which repositories the dialog offers, and the one that it chooses by itself.
 *
 * @packageDocumentation
 */
import type { Repository } from "../../azure_devops/repositories";
import type { WorkItem } from "../../azure_devops/work_items";
import type { Settings } from "../../host/documents";

import type { Form, Knowledge } from "./form";

/** Returns the project's repositories that the app allows; all of them while the app has no mapping for the project. */
export function selectable({ repositories = [], allowed }: Knowledge): readonly Repository[] {
  if (!allowed?.isMapped) return repositories;
  const names = new Set(allowed.value.map((one) => one.name.toLowerCase()));
  return repositories.filter((one) => names.has(one.name.toLowerCase()));
}

/**
 * Returns the name of the repository that the items' links, the mapping or the last choice name, in this order;
 * else the only one. Empty when the person has to choose, and as long as one of these is not known: what is read later,
 * or not at all, could name another one.
 */
export function defaultRepository(known: Knowledge, through: Form["through"]): string {
  const { settings, items, choices, allowed } = known;
  if (!settings || !items || !choices || (through === "directly" && !allowed)) return "";
  const offer = selectable(known);
  const named = (name: string | undefined) => offer.find((one) => one.name.toLowerCase() === name?.toLowerCase());
  const mappings = [areaRepository(settings, items), settings.repository, appRepository(known), choices.repository];
  const only = offer.length === 1 ? offer : [];
  const found = [linkedRepository(items, offer), ...mappings.map(named), ...only].find((one) => one !== undefined);
  return found?.name ?? "";
}

/** Returns the repository that the app takes for a request that names none, if there is one. */
export function appRepository({ allowed }: Knowledge): string | undefined {
  return allowed?.value.find((one) => one.isDefault)?.name;
}

/** Returns the branch of *repository* that the only selected item links to; empty without one. */
export function linkedBranch(items: readonly WorkItem[] = [], repository: Repository): string {
  const links = items.length === 1 ? (items[0]?.links ?? []) : [];
  return links.find((link) => link.repositoryId === repository.id && link.branch)?.branch ?? "";
}

function linkedRepository(items: readonly WorkItem[], offer: readonly Repository[]): Repository | undefined {
  const ids = items.flatMap((item) => item.links.map((link) => link.repositoryId));
  return ids.map((id) => offer.find((one) => one.id === id)).find((one) => one !== undefined);
}

/** Returns the repository of the longest area path that contains the area of the first item. */
function areaRepository(settings: Settings, items: readonly WorkItem[]): string | undefined {
  const area = items.find((item) => !item.isMissing)?.areaPath.toLowerCase();
  if (area === undefined) return undefined;
  const containing = (settings.repositoryByArea ?? []).filter(({ areaPath }) => {
    return `${area}\\`.startsWith(`${areaPath.toLowerCase()}\\`);
  });
  return [...containing].sort((one, other) => other.areaPath.length - one.areaPath.length)[0]?.repository;
}
