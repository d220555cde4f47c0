import { describe, expect, it } from "vitest";

import { LogTail, MAX_PANEL_LENGTH, type LogBlock } from "../log_tail";

const textOf = (tail: LogTail): string => tail.end.blocks.map(({ text }) => text).join("");
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => `line ${String(from + index)}\n`).join("");

describe("the tail of a log", () => {
  it("joins a line, and a sequence in it, that arrive in parts", () => {
    const tail = new LogTail();
    tail.add("0:01 said    \u001b[3");
    tail.add("1mHello\n0:02 to");
    expect(textOf(tail)).toBe("0:01 said    Hello\n0:02 to");
    expect(tail.end.cutLength).toBe(0);
  });

  it("keeps the last whole lines of a long log, and counts what it left out", () => {
    const tail = new LogTail(1_000);
    for (let line = 1; line <= 5_000; line += 1) tail.add(lines(line, line + 1));
    const text = textOf(tail);
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text).toMatch(/^line \d+\n/);
    expect(text).toMatch(/line 5000\n$/);
    expect(tail.end.cutLength + text.length).toBe(lines(1, 5_001).length);
  });

  it("leaves what is shown as it is while it grows and when it is cut", () => {
    const tail = new LogTail(1_000);
    const seen = new Map<number, LogBlock>();
    for (let line = 1; line <= 2_000; line += 7) {
      tail.add(lines(line, line + 7));
      const { blocks } = tail.end;
      for (const block of blocks.slice(0, -1)) {
        expect(block.text).toMatch(/^line[^]*\n$/); // whole lines
        expect(seen.get(block.start) ?? block).toBe(block);
        seen.set(block.start, block);
      }
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  it("keeps its bound when a line never ends", () => {
    const tail = new LogTail(100_000);
    for (let part = 0; part < 100; part += 1) tail.add("x".repeat(10_000));
    expect(tail.end.cutLength).toBeGreaterThan(0);
    expect(textOf(tail).length).toBeLessThan(300_000);
  });

  it("takes 10 MB in parts as the app sends them, in few blocks", () => {
    const tail = new LogTail(MAX_PANEL_LENGTH);
    const part = "0:03  tool    Read README.md\n".repeat(9_000); // about 256 kB
    for (let sent = 0; sent < 10_000_000; sent += part.length) tail.add(part);
    expect(textOf(tail).length).toBeLessThanOrEqual(MAX_PANEL_LENGTH * 2);
    expect(tail.end.blocks.length).toBeLessThan(100);
  });
});
