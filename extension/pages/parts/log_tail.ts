/**
 * The end of a run's log, bounded so that a long log fills neither the memory nor the page.
 *
 * @packageDocumentation
 */
import { plainText } from "./plain";

/** Characters of the log that a page keeps unless it shows the whole. */
export const MAX_TAIL_LENGTH = 200_000;
/** Characters of a log that is shown as a whole; the app's own limit is 8,000,000 and a few lines. */
export const MAX_WHOLE_LENGTH = 10_000_000;
const MAX_LINE_LENGTH = 64_000;

/** Receives the log in parts, and keeps its last lines. */
export class LogTail {
  private lines = "";
  private rest = "";
  /** Whether earlier lines were left out. */
  isCut = false;

  constructor(private readonly maxLength = MAX_TAIL_LENGTH) {}

  /** Adds the next part; a line that has not ended waits for its end, so that no sequence in it is torn. */
  add(text: string): void {
    const all = this.rest + text;
    const end = all.length - all.lastIndexOf("\n") > MAX_LINE_LENGTH ? all.length : all.lastIndexOf("\n") + 1;
    this.lines += plainText(all.slice(0, end));
    this.rest = all.slice(end);
    // Twice the length, so that the text moves rarely under the eyes of its reader.
    if (this.lines.length > this.maxLength * 2) this.cut();
  }

  /** The kept lines, with the one that has not ended. */
  get text(): string {
    return this.lines + plainText(this.rest);
  }

  private cut(): void {
    const start = this.lines.length - this.maxLength;
    const lineEnd = this.lines.indexOf("\n", start);
    this.lines = this.lines.slice(lineEnd === -1 ? start : lineEnd + 1);
    this.isCut = true;
  }
}
