/**
 * Values as they travel between the page and a frame: JSON, in which functions, dates and circles have a form of
 * their own. The other end calls a function by the number that stands for it.
 *
 * https://github.com/microsoft/azure-devops-extension-sdk, package azure-devops-extension-sdk 5.0.0
 */
const MAX_DEPTH = 100;
const UNSAFE = "__proto__"; // assigning to it would change the prototype instead of adding a member

/** Returns the names of the members of *holder*, also of its classes, but not those that every object has. */
function namesOf(holder) {
  if (Array.isArray(holder)) return Object.keys(holder);
  const names = new Set();
  for (let level = holder; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    Object.getOwnPropertyNames(level).forEach((name) => names.add(name));
  }
  names.delete("constructor");
  names.delete(UNSAFE);
  return [...names];
}

const isForeign = (value) => value instanceof Node || value instanceof Window || value instanceof Event;

/** Encodes the values of one message; *keepFunction* returns the number under which a function can be called. */
class Encoder {
  #circles = 0;

  constructor(keepFunction, keepsUnderscores) {
    this.keepFunction = keepFunction;
    this.keepsUnderscores = keepsUnderscores;
  }

  encode(holder, above = []) {
    if (above.length >= MAX_DEPTH || isForeign(holder)) return undefined;
    const copy = Array.isArray(holder) ? [] : {};
    const levels = [...above, { original: holder, copy }];
    for (const name of namesOf(holder)) {
      const isHidden = name === "__proxyFunctionId" || (name.startsWith("_") && !this.keepsUnderscores);
      const value = isHidden ? undefined : this.#member(holder, holder[name], levels);
      if (value !== undefined) copy[name] = value;
    }
    return copy;
  }

  #member(holder, value, levels) {
    if (typeof value === "function") return { __proxyFunctionId: this.keepFunction(value.bind(holder)) };
    if (value === null) return undefined; // the protocol drops it
    if (typeof value !== "object") return value;
    if (value instanceof Date) return { __proxyDate: value.getTime() };
    const circle = levels.find((level) => level.original === value);
    if (!circle) return this.encode(value, levels);
    circle.copy.__circularReferenceId ??= ++this.#circles;
    return { __circularReference: circle.copy.__circularReferenceId };
  }
}

/** Returns *values* as they are sent. */
export function encoded(values, keepFunction, keepsUnderscores = false) {
  return new Encoder(keepFunction, keepsUnderscores).encode(values);
}

/** Returns received *values* with their functions, dates and circles; *call* calls a function of the other end. */
export function decoded(values, call, circles = new Map()) {
  if (typeof values.__circularReferenceId === "number") {
    circles.set(values.__circularReferenceId, values);
    delete values.__circularReferenceId;
  }
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (name === UNSAFE) delete values[name];
    else if (value && typeof value === "object") values[name] = decodedMember(value, call, circles);
  }
  return values;
}

function decodedMember(value, call, circles) {
  if (value.__proxyFunctionId) return (...params) => call(value.__proxyFunctionId, params);
  if (value.__proxyDate) return new Date(value.__proxyDate);
  if (value.__circularReference) return circles.get(value.__circularReference);
  return decoded(value, call, circles);
}
