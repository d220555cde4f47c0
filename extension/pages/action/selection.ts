/**
 * Which work items an action is for. The host's context has no published type, and its shape differs by menu.
 *
 * @packageDocumentation
 */

/** Highest number of work items that one dialog starts runs for. */
export const MAX_WORK_ITEMS = 25;

/** How deep lists of contexts may be nested. */
const MAX_DEPTH = 4;

const FIELDS = ["workItemId", "id", "ids", "workItemIds"] as const;

/** Returns the ids of the work items that *context* names, in its order, without duplicates. */
export function selectedIds(context: unknown): readonly number[] {
  return [...new Set(collect(context, 0))];
}

function collect(context: unknown, depth: number): readonly number[] {
  if (depth > MAX_DEPTH || typeof context !== "object" || context === null) return [];
  if (Array.isArray(context)) return context.flatMap((one: unknown) => [...toId(one), ...collect(one, depth + 1)]);
  return FIELDS.flatMap((field) => read(context, field));
}

function read(context: object, field: string): readonly number[] {
  const value: unknown = Object.hasOwn(context, field) ? (context as Record<string, unknown>)[field] : undefined;
  return Array.isArray(value) ? value.flatMap(toId) : toId(value);
}

function toId(value: unknown): readonly number[] {
  const id = typeof value === "string" && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? [id] : [];
}
