import { describe, expect, it } from "vitest";

import { anything, boolean, dictionary, list, listOf, nullable, number, record, ShapeError, text, type Shape } from "../shape";

interface Door {
  readonly name: string;
  readonly width: number | null;
  readonly isOpen?: boolean;
  readonly colours?: readonly string[];
}
const DOOR = record<Door>({ name: text, width: nullable(number) }, { isOpen: boolean, colours: list(text) });

const failure = (shape: Shape<unknown>, value: unknown): string => {
  try {
    shape(value);
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
  }
  return "";
};

describe("a record", () => {
  it("is copied with what its shape names alone", () => {
    expect(DOOR({ name: "front", width: null, isOpen: true, added: "in a later version" })).toEqual({ name: "front", width: null, isOpen: true });
  });

  it("may lack what is optional, or have null there", () => {
    expect(DOOR({ name: "front", width: 2, isOpen: null })).toEqual({ name: "front", width: 2 });
  });

  it.each([
    [null, "the answer is not an object"],
    [[], "the answer is not an object"],
    ["door", "the answer is not an object"],
    [{ width: 1 }, "name is not text"],
    [{ name: "front", width: "1" }, "width is not a number"],
    [{ name: "front", width: 1, isOpen: "yes" }, "isOpen is not true or false"],
    [{ name: "front", width: 1, colours: ["red", 1] }, "colours[1] is not text"],
  ])("of the wrong shape says where: %j", (value, message) => {
    expect(failure(DOOR, value)).toBe(message);
  });

  it("takes no field from its prototype", () => {
    expect(failure(record<{ readonly toString: string }>({ toString: text }, {}), {})).toBe("toString is not text");
  });
});

describe("lists and dictionaries", () => {
  it.each([[{ value: null }, "value is not a list"], [{ value: {} }, "value is not a list"], [{ value: [{}] }, "value[0].name is not text"]])(
    "of the wrong shape say where: %j", (value, message) => {
      expect(failure(listOf(DOOR), value)).toBe(message);
    },
  );

  it("keep every entry", () => {
    expect(dictionary(anything)({ one: 1, two: "2" })).toEqual({ one: 1, two: "2" });
    expect(failure(dictionary(text), { one: 1 })).toBe("one is not text");
  });
});
