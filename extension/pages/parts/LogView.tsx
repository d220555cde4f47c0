/**
 * A run's log as it grows.
 *
 * @packageDocumentation
 */
import { memo, useLayoutEffect, useMemo, useRef, useState } from "react";

/** Characters of one block; blocks outside the visible part cost no layout. */
const BLOCK_LENGTH = 32_000;
/** Distance from the end, in pixels, at which a reader counts as being there. */
const AT_END_PX = 32;

/** The text of a log, and what to say around it. */
export interface LogViewProps {
  readonly text: string;
  readonly isCut: boolean;
  readonly isOver: boolean;
  /** Opens the whole log. */
  readonly openWhole?: (() => void) | undefined;
}

/** Shows the log; the view stays at the end of the log only while its reader is there. */
export function LogView({ text, isCut, isOver, openWhole }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const blocks = useMemo(() => blocksOf(text), [text]);
  const moveToEnd = (): void => { scroller.current?.scrollTo({ top: scroller.current.scrollHeight }); };
  useLayoutEffect(() => {
    if (!isAtEnd) return undefined;
    moveToEnd();
    const frame = requestAnimationFrame(moveToEnd); // again, because the height of unseen blocks was estimated
    return () => { cancelAnimationFrame(frame); };
  }, [text, isAtEnd]);
  const follow = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: React.UIEvent<HTMLDivElement>): void => {
    setAtEnd(scrollHeight - scrollTop - clientHeight <= AT_END_PX);
  };
  return (
    <section className="ac-log" aria-label="Log">
      {isCut && (
        <p className="ac-secondary">
          Earlier lines are left out. {openWhole && <button type="button" className="ac-link" onClick={openWhole}>Open the whole log</button>}
        </p>
      )}
      {/* Not announced line by line: the status above it is. Focusable, so that the keyboard can scroll it. */}
      <div className="ac-log-lines" role="log" aria-live="off" aria-label="Lines of the log" tabIndex={0} ref={scroller} onScroll={follow}>
        {text ? blocks.map((block, index) => <Block key={index} text={block} />) : <Empty isOver={isOver} />}
      </div>
      {!isAtEnd && <button type="button" className="ac-button ac-log-end" onClick={moveToEnd}>Go to the end</button>}
    </section>
  );
}

const Block = memo(function Block({ text }: { readonly text: string }) {
  return <div className="ac-log-block">{text}</div>;
});

function Empty({ isOver }: { readonly isOver: boolean }) {
  return <p className="ac-secondary">{isOver ? "The agent wrote no log." : "The log begins when the agent starts."}</p>;
}

/** Cuts *text* at line ends into blocks; those of a text that grew are equal but for the last one. */
function blocksOf(text: string): readonly string[] {
  const blocks = [];
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf("\n", start + BLOCK_LENGTH);
    const end = lineEnd === -1 ? text.length : lineEnd + 1;
    blocks.push(text.slice(start, end));
    start = end;
  }
  return blocks;
}
