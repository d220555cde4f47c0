/**
 * React state that follows runs and the clock.
 *
 * @packageDocumentation
 */
import { useEffect, useMemo, useState } from "react";

import { followRun, UNKNOWN, type Followed } from "./follow";
import { WAKE } from "./repeat";

/** Which log to follow: none, its end, or all of it. */
export type LogMode = { readonly log: false } | { readonly log: true; readonly maxLength?: number | undefined };

/** Follows the run *id* while the component is shown; `askNow` ends the pause after a problem. */
export function useFollowed(address: string, id: string, mode: LogMode): { followed: Followed; askNow: () => void } {
  const [found, setFound] = useState<{ readonly of: string; readonly state: Followed }>();
  const wake = useMemo(() => new EventTarget(), []);
  const maxLength = mode.log ? mode.maxLength : undefined;
  const key = `${address} ${id}`;
  useEffect(() => {
    const stop = new AbortController();
    const options = { wake, withoutLog: !mode.log, ...(maxLength === undefined ? {} : { maxLogLength: maxLength }) };
    void followRun(address, id, (state) => { setFound({ of: key, state }); }, stop.signal, options);
    return () => { stop.abort(); };
  }, [address, id, key, mode.log, maxLength, wake]);
  const followed = found?.of === key ? found.state : UNKNOWN; // never a run's state under the name of another
  return { followed, askNow: () => { wake.dispatchEvent(new Event(WAKE)); } };
}

/** Returns the current time in milliseconds, renewed each second while *isTicking*. */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return undefined;
    const timer = setInterval(() => { setNow(Date.now()); }, 1_000);
    return () => { clearInterval(timer); };
  }, [isTicking]);
  return now;
}
