/**
 * The end of a run's log, bounded so that a long log fills neither the memory nor the page.
 *
 * @packageDocumentation
 */
import { plainText } from "./plain";

/** Characters of the log that a page keeps at least, unless it has room for more. */
export const MAX_TAIL_LENGTH = 200_000;
/** Characters of the log that a page with room keeps at least; the app's own limit of a log is 8,000,000 and a few lines. */
export const MAX_PANEL_LENGTH = 1_000_000;
const MAX_LINE_LENGTH = 64_000;
const MAX_BLOCK_LENGTH = 32_000;

/** Whole lines of a log. Only the last block of a log grows, so that the others need not be shown anew. */
export interface LogBlock {
  /** How many characters of the log come before it, which names the block for as long as it is kept. */
  readonly start: number;
  readonly text: string;
}

/** The end of a log, and how many characters before it were left out. */
export interface LogEnd {
  readonly blocks: readonly LogBlock[];
  readonly cutLength: number;
}

/** A log of which nothing is known. */
export const NO_LOG: LogEnd = { blocks: [], cutLength: 0 };

/** Receives the log in parts, and keeps its last lines. */
export class LogTail {
  private blocks: readonly LogBlock[] = [];
  private length = 0;
  private rest = "";
  private readonly blockLength: number;

  constructor(private readonly maxLength = MAX_TAIL_LENGTH) {
    this.blockLength = Math.min(MAX_BLOCK_LENGTH, Math.ceil(maxLength / 8));
  }

  /** Adds the next part; a line that has not ended waits for its end, so that no sequence in it is torn. */
  add(text: string): void {
    const all = this.rest + text;
    const end = all.length - all.lastIndexOf("\n") > MAX_LINE_LENGTH ? all.length : all.lastIndexOf("\n") + 1;
    this.append(plainText(all.slice(0, end)));
    this.rest = all.slice(end);
    // Twice the length, so that the text moves rarely under the eyes of its reader.
    if (this.length - this.cutLength > this.maxLength * 2) this.cut();
  }

  /** What is kept, with the line that has not ended. */
  get end(): LogEnd {
    const rest = plainText(this.rest);
    const unended = rest ? [{ start: this.length, text: rest }] : [];
    return { blocks: [...this.blocks, ...unended], cutLength: this.cutLength };
  }

  private get cutLength(): number {
    return this.blocks[0]?.start ?? this.length;
  }

  private append(text: string): void {
    const blocks = [...this.blocks];
    for (let from = 0; from < text.length; ) {
      const last = blocks.at(-1);
      const isRoom = last !== undefined && last.text.length < this.blockLength;
      const block = isRoom ? last : { start: this.length, text: "" };
      const end = lineEnd(text, from + this.blockLength - block.text.length);
      const added = text.slice(from, end);
      if (isRoom) blocks.pop();
      blocks.push({ start: block.start, text: block.text + added });
      this.length += added.length;
      from = end;
    }
    this.blocks = blocks;
  }

  private cut(): void {
    const earliest = this.length - this.maxLength;
    const kept = this.blocks.findIndex(({ start, text }) => start + text.length > earliest);
    this.blocks = kept === -1 ? [] : this.blocks.slice(kept);
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", Math.max(0, from));
  return end === -1 ? text.length : end + 1;
}
