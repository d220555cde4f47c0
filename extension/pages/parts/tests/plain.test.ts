// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

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
