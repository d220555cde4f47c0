/**
 * The selected work items by title. Titles are text, whatever they contain.
 *
 * @packageDocumentation
 */
import type { WorkItem } from "../azure_devops/work_items";
import type { Resource } from "../parts/resource";

/** Longest title that is shown, in characters. */
export const MAX_TITLE = 300;

/** Returns the name of *item* for a list: its type, number and title, which is cut when it is long. */
export function itemTitle({ id, type, title, isMissing }: WorkItem): string {
  if (isMissing) return `Work item ${String(id)} (deleted, or not visible to you)`;
  const text = title.replace(/\s+/g, " ");
  return `${type} ${String(id)}: ${text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE)}…` : text}`;
}

/** Shows the titles; while they load, the numbers. */
export function Titles({ ids, items, isDirty }: { ids: readonly number[]; items: Resource<readonly WorkItem[]>; isDirty: boolean }) {
  const names = items.value?.map(itemTitle) ?? ids.map((id) => `Work item ${String(id)}`);
  return (
    <section aria-label="Work items" aria-busy={items.isLoading}>
      <ul className="titles">
        {names.map((name, index) => <li className="title" key={ids[index]} title={name}>{name}</li>)}
      </ul>
      {ids.length > 1 && <p className="ac-secondary">Autocoder starts one run for each of these {ids.length} work items.</p>}
      {isDirty && (
        <p className="notice" role="status">
          This work item has changes that are not saved. Autocoder reads the saved text: save first if it needs your changes.
        </p>
      )}
    </section>
  );
}
