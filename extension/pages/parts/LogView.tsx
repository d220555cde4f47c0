/**
 * A run's log as it grows.
 *
 * @packageDocumentation
 */
import { memo, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

import { size } from "./format";
import type { LogBlock, LogEnd } from "./log_tail";
import { plainLine } from "./plain";

/** Distance from the end, in pixels, at which a reader counts as being there. */
const AT_END_PX = 32;
/** Shortest time between two announcements of the newest line, in milliseconds. */
export const ANNOUNCE_MS = 15_000;
const MAX_ANNOUNCED = 200;

/** The end of a log, and what to say around it. */
export interface LogViewProps {
  readonly log: LogEnd;
  readonly isOver: boolean;
  /** Leads to what is left out: its button's text, and whether it cannot be used now. */
  readonly more: { readonly text: string; readonly open: () => void; readonly isBusy?: boolean };
}

/** Shows the log; the view stays at the end of the log only while its reader is there. */
export function LogView({ log, isOver, more }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isAtEnd, follow, moveToEnd } = useEnd(scroller, log);
  return (
    <section className="ac-log" aria-label="Log">
      {log.cutLength > 0 && (
        <p className="ac-secondary">
          The first {size(log.cutLength)} of the log are left out here.{" "}
          <button type="button" className="ac-link" disabled={more.isBusy} onClick={more.open}>{more.text}</button>
        </p>
      )}
      {/* Lines come too fast to be announced one by one. Focusable, so that the keyboard can scroll them. */}
      <div className="ac-log-lines" role="log" aria-live="off" aria-label="Lines of the log" tabIndex={0} ref={scroller} onScroll={follow}>
        {log.blocks.length > 0 ? log.blocks.map(({ start, text }) => <Block key={start} text={text} />) : <Empty isOver={isOver} />}
      </div>
      {!isAtEnd && <button type="button" className="ac-button ac-log-end" onClick={moveToEnd}>Go to the end</button>}
      <Announcement blocks={log.blocks} isOver={isOver} />
    </section>
  );
}

/**
 * Keeps the view at the end while its reader is there, also when its box changes, which breaks lines anew; elsewhere the
 * browser keeps the lines in view where they are.
 */
function useEnd(scroller: RefObject<HTMLDivElement>, log: LogEnd) {
  const [isAtEnd, setAtEnd] = useState(true);
  const moveToEnd = (): void => { scroller.current?.scrollTo({ top: scroller.current.scrollHeight }); };
  useLayoutEffect(() => {
    if (!isAtEnd) return undefined;
    moveToEnd();
    const frame = requestAnimationFrame(moveToEnd); // again, because the height of unseen blocks was estimated
    return () => { cancelAnimationFrame(frame); };
  }, [log, isAtEnd]);
  useEffect(() => {
    if (!isAtEnd || !scroller.current) return undefined;
    const observer = new ResizeObserver(moveToEnd);
    observer.observe(scroller.current);
    return () => { observer.disconnect(); };
  }, [scroller, isAtEnd]);
  const follow = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: React.UIEvent<HTMLDivElement>): void => {
    setAtEnd(scrollHeight - scrollTop - clientHeight <= AT_END_PX);
  };
  return { isAtEnd, follow, moveToEnd };
}

const Block = memo(function Block({ text }: { readonly text: string }) {
  return <div className="ac-log-block">{text}</div>;
});

/** Tells screen readers the newest line now and then, when they have nothing else to say. */
function Announcement({ blocks, isOver }: { readonly blocks: readonly LogBlock[]; readonly isOver: boolean }) {
  const [line, setLine] = useState("");
  const newest = useRef("");
  newest.current = lastLine(blocks);
  useEffect(() => {
    if (isOver) return undefined;
    const timer = setInterval(() => { setLine(newest.current); }, ANNOUNCE_MS);
    return () => { clearInterval(timer); };
  }, [isOver]);
  return <p className="ac-hidden" aria-live="polite">{isOver ? "" : line}</p>;
}

function lastLine(blocks: readonly LogBlock[]): string {
  const end = (blocks.at(-1)?.text ?? "").trimEnd();
  return plainLine(end.slice(end.lastIndexOf("\n") + 1).slice(0, MAX_ANNOUNCED));
}

function Empty({ isOver }: { readonly isOver: boolean }) {
  return <p className="ac-secondary">{isOver ? "The agent wrote no log." : "The log begins when the agent starts."}</p>;
}
