import { describe, expect, it } from "vitest";

import { selectedIds } from "../selection";

describe("selectedIds", () => {
  it.each([
    ["a form", { workItemId: 7, workItemDirty: false, id: 7 }, [7]],
    ["a board's card", { id: 12, workItemType: "Bug" }, [12]],
    ["a backlog", { ids: [3, 1, 2], workItemIds: [1, 2, 3] }, [3, 1, 2]],
    ["a list of contexts", [{ workItemId: 4 }, { id: 5 }, { workItemIds: [5, 6] }], [4, 5, 6]],
    ["ids as text", { workItemIds: ["8", "9"] }, [8, 9]],
    ["a list of ids", [1, "2", 1], [1, 2]],
  ])("reads the ids of %s", (_name, context, ids) => {
    expect(selectedIds(context)).toEqual(ids);
  });

  it.each([
    undefined, null, "7", 7, () => 7, [], {}, { id: 0 }, { id: -1 }, { id: 1.5 }, { id: NaN }, { id: Infinity },
    { id: "1e3" }, { id: "0x10" }, { id: " 7" }, { id: "7; drop" }, { id: "<b>7</b>" }, { id: { id: 7 } },
    { id: 2 ** 53 }, { ids: { 0: 7, length: 1 } }, { id: true }, { workItemIds: [[7]] },
    Object.create({ id: 7 }) as object, { id: "99999999999999999" },
  ])("finds no id in %j", (context) => {
    expect(selectedIds(context)).toEqual([]);
  });

  it("survives a context that contains itself", () => {
    const context: unknown[] = [{ id: 1 }];
    context.push(context);
    expect(selectedIds(context)).toEqual([1]);
  });
});
