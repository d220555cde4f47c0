// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { LogTail } from "../log_tail";
import { plainLine, plainText, webAddress } from "../plain";

describe("text from outside", () => {
  it.each([
    ["\u001b[1;31mred\u001b[0m", "red"],
    ["\u009b31mred", "red"],
    ["\u001b]0;title\u0007after", "after"],
    ["\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["\u001b(Bplain\u001bc", "plain"],
    ["a\u0000b\u0008c\rd", "abcd"],
    ["\u202egnp.exe\u2066\u200b\ufeff", "gnp.exe"],
    ["line\r\nnext\tcell", "line\nnext\tcell"],
    ["<b>größe</b> 👍", "<b>größe</b> 👍"],
    ["open \u001b", "open "],
  ])("is free of terminal sequences and invisible characters: %j", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("can be made one line", () => {
    expect(plainLine(" one\n\u2028 two\t")).toBe("one two");
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "file:///etc/passwd"])("is no link when it is %j", (url) => {
    expect(webAddress(url)).toBe("");
  });

  it("is a link when it is http or https", () => {
    expect(webAddress("https://dev.azure.com/f/p")).toBe("https://dev.azure.com/f/p");
  });
});

describe("the tail of a log", () => {
  it("joins a line, and a sequence in it, that arrive in parts", () => {
    const tail = new LogTail();
    tail.add("0:01 said    \u001b[3");
    tail.add("1mHello\n0:02 to");
    expect(tail.text).toBe("0:01 said    Hello\n0:02 to");
    expect(tail.isCut).toBe(false);
  });

  it("keeps the last whole lines of a long log", () => {
    const tail = new LogTail(1_000);
    for (let line = 1; line <= 5_000; line += 1) tail.add(`line ${String(line)}\n`);
    expect(tail.isCut).toBe(true);
    expect(tail.text.length).toBeLessThanOrEqual(2_000);
    expect(tail.text).toMatch(/^line \d+\n/);
    expect(tail.text).toMatch(/line 5000\n$/);
  });

  it("keeps its bound when a line never ends", () => {
    const tail = new LogTail(100_000);
    for (let part = 0; part < 100; part += 1) tail.add("x".repeat(10_000));
    expect(tail.isCut).toBe(true);
    expect(tail.text.length).toBeLessThan(300_000);
  });

  it("takes 5 MB in parts as the app sends them", () => {
    const tail = new LogTail();
    const part = "0:03  tool    Read README.md\n".repeat(9_000); // about 256 kB
    for (let sent = 0; sent < 5_000_000; sent += part.length) tail.add(part);
    expect(tail.text.length).toBeLessThanOrEqual(400_000);
  });
});
