/**
 * Shapes: what an answer from outside has to look like before a page uses it.
 *
 * A shape takes any value and returns a copy that holds what it names and nothing else, so that no page can use
 * what was not checked. Fields that a newer version adds are left out; optional fields may be missing or null.
 *
 * @packageDocumentation
 */

/** A value that does not have the shape; the message names the place, such as `value[2].id is not text`. */
export class ShapeError extends Error {}

/** Returns the checked copy of a value; *place* names the value in messages. Throws `ShapeError`. */
export type Shape<T> = (value: unknown, place?: string) => T;

type OptionalKey<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type RequiredKey<T> = Exclude<keyof T, OptionalKey<T>>;
type Shapes<T, K extends keyof T> = { readonly [Name in K]-?: Shape<Exclude<T[Name], undefined>> };

/** A text of any length. */
export const text: Shape<string> = (value, place = "") => {
  if (typeof value !== "string") throw wrong(place, "text");
  return value;
};

/** A finite number. */
export const number: Shape<number> = (value, place = "") => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(place, "a number");
  return value;
};

/** True or false. */
export const boolean: Shape<boolean> = (value, place = "") => {
  if (typeof value !== "boolean") throw wrong(place, "true or false");
  return value;
};

/** A value of any kind, which its reader checks. */
export const anything: Shape<unknown> = (value) => value;

/** A value of *shape*, or null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, place) => (value === null ? null : shape(value, place));
}

/** A value of *shape*, or *other* in place of what is missing or wrong; for what a page can do without. */
export function or<T>(shape: Shape<T>, other: T): Shape<T> {
  return (value, place) => {
    try {
      return shape(value, place);
    } catch (thrown) {
      if (thrown instanceof ShapeError) return other;
      throw thrown;
    }
  };
}

/** A list whose entries have *shape*. */
export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value, place = "") => {
    if (!Array.isArray(value)) throw wrong(place, "a list");
    return value.map((entry, index) => shape(entry, `${place}[${String(index)}]`));
  };
}

/** An object with any names, whose values have *shape*. */
export function dictionary<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, place = "") => {
    const entries = Object.entries(fieldsOf(value, place));
    return Object.fromEntries(entries.map(([name, entry]) => [name, shape(entry, placeOf(place, name))]));
  };
}

/** An object with the fields of *required*, and those of *optional* that are there. The compiler asks for each field of `T`. */
export function record<T extends object>(
  required: Shapes<T, RequiredKey<T>>,
  optional: Shapes<T, OptionalKey<T>>,
): Shape<T> {
  return (value, place = "") => {
    const given = fieldsOf(value, place);
    const read = ([name, shape]: [string, Shape<unknown>]) => [name, shape(given[name], placeOf(place, name))];
    const known = Object.entries<Shape<unknown>>(optional).filter(([name]) => (given[name] ?? null) !== null);
    return Object.fromEntries([...Object.entries<Shape<unknown>>(required), ...known].map(read)) as T;
  };
}

/** An object with a list under `value`, as both the app and Azure DevOps send lists. */
export function listOf<T>(shape: Shape<T>): Shape<{ readonly value: readonly T[] }> {
  return record<{ readonly value: readonly T[] }>({ value: list(shape) }, {});
}

function fieldsOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(place, "an object");
  return value as Readonly<Record<string, unknown>>;
}

function placeOf(place: string, name: string): string {
  return place ? `${place}.${name}` : name;
}

function wrong(place: string, kind: string): ShapeError {
  return new ShapeError(`${place || "the answer"} is not ${kind}`);
}
