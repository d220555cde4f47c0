/**
 * Text from outside (agents, work items) as plain characters. React escapes markup; this module takes out what
 * would hide or reorder text: terminal sequences, control characters and format characters.
 *
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-48/
 * @packageDocumentation
 */

const ESCAPE = "\u001b";
const TERMINAL = new RegExp(
  [
    `(?:${ESCAPE}\\[|\u009b)[0-?]*[ -/]*[@-~]`, // colours and cursor movements
    `${ESCAPE}[\\]PX^_][^\u0007${ESCAPE}\n]*(?:\u0007|${ESCAPE}\\\\)?`, // titles, links and other strings
    `${ESCAPE}[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns *text* without terminal sequences and invisible characters; line breaks and tabs stay. */
export function plainText(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(TERMINAL, "").replace(INVISIBLE, "");
}

/** Returns *text* as one line of plain characters. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, " ").trim();
}

/** Returns *url* if it is an absolute http or https address, else an empty string. */
export function webAddress(url: string): string {
  const parsed = URL.parse(url);
  return parsed && ["http:", "https:"].includes(parsed.protocol) ? parsed.href : "";
}
