/**
 * Amounts as people type them: `2.50`, `2,50` and `1,000`.
 *
 * @packageDocumentation
 */

/** Longest amount that is read, in characters. */
export const MAX_AMOUNT_LENGTH = 24;

const GROUPED = /^[1-9]\d{0,2}(,\d{3})+(\.\d{1,6})?$/;
const PLAIN = /^\d{1,15}([.,]\d{1,6})?$/;
const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });

/** Returns the amount that *text* names, null when it is empty, and undefined when it is no number above 0. */
export function amount(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (!trimmed) return null;
  if (trimmed.length > MAX_AMOUNT_LENGTH) return undefined;
  // Three digits behind a comma are thousands, as in 1,000; any other comma is a decimal one.
  const plain = GROUPED.test(trimmed) ? trimmed.replaceAll(",", "") : trimmed;
  const value = PLAIN.test(plain) ? Number(plain.replace(",", ".")) : 0;
  return value > 0 ? value : undefined;
}

/** Returns *text* as it is understood, such as `1,000` for `1000`; unchanged when it is no amount. */
export function formatted(text: string): string {
  const value = amount(text);
  return value ? FORMAT.format(value) : text;
}
