/**
 * The moments at which a page asks for news. Two of them are never closer than `MIN_SPACING_MS`, so the number of
 * requests does not grow with the number of things that are followed.
 *
 * @packageDocumentation
 */

/** Shortest time between two questions of a page, in milliseconds. */
export const MIN_SPACING_MS = 1_000;

/** A moment that is taken until `leave` is called; `at` is in milliseconds since 1970. */
export interface Slot {
  readonly at: number;
  readonly leave: () => void;
}

const taken = new Set<Slot>();

/** Takes the first free moment from *earliest* on. */
export function freeSlot(earliest: number): Slot {
  let at = earliest;
  for (const other of [...taken].sort((one, two) => one.at - two.at)) {
    if (Math.abs(other.at - at) < MIN_SPACING_MS) at = other.at + MIN_SPACING_MS;
  }
  const slot: Slot = { at, leave: () => { taken.delete(slot); } };
  taken.add(slot);
  return slot;
}
