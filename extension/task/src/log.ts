/**
 * The run's log: whole lines to the console, every character to a file.
 *
 * @packageDocumentation
 */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { MAX_LINE_LENGTH, printForeign } from "./console";

/** Receives the log piece by piece; a line is printed when its end has arrived. */
export class RunLog {
  private rest = "";

  /** Begins an empty log in *file*: a repeated attempt reads the log from its start. */
  constructor(private readonly file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "");
  }

  /** Adds the next piece of the log. */
  add(text: string): void {
    appendFileSync(this.file, text);
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    lines.forEach(printForeign);
    if (this.rest.length > MAX_LINE_LENGTH * 16) this.end(); // a line without an end may not fill the memory
  }

  /** Prints what is left without a line's end. */
  end(): void {
    if (this.rest) printForeign(this.rest);
    this.rest = "";
  }
}
