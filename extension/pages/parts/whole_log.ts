/**
 * A run's whole log as a file, for logs that are too long to be shown.
 *
 * @packageDocumentation
 */
import { useState } from "react";

import type { Answer, Problem } from "../app/client";
import { readLog } from "../app/runs";

import { LogTail } from "./log_tail";

/** Highest number of parts that are read at once; far more than the app keeps of a log. */
export const MAX_PARTS = 1_000;

/** Returns the log of the run *id* so far, as plain text. */
export async function readWholeLog(address: string, id: string): Promise<Answer<string>> {
  const tail = new LogTail(Infinity);
  let offset = 0;
  for (let part = 0; part < MAX_PARTS; part += 1) {
    const answer = await readLog(address, id, offset);
    if ("problem" in answer) return answer;
    const { text, nextOffset, complete } = answer.value;
    tail.add(text);
    if (complete || nextOffset <= offset) break;
    offset = nextOffset;
  }
  return { value: tail.end.blocks.map((block) => block.text).join("") };
}

/** A download: what starts it, whether it is under way, and why the latest one failed. */
export interface LogDownload {
  readonly start: () => void;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
}

/** Saves the log of the run *id* as a file on the person's machine. */
export function useLogDownload(address: string, id: string): LogDownload {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const download = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const answer = await readWholeLog(address, id);
    setBusy(false);
    if ("problem" in answer) setProblem(answer.problem);
    else saveFile(`autocoder-${id}.log`, answer.value);
  };
  return { start: () => { void download(); }, isBusy, problem };
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
