import { useCallback, useEffect, useState } from "react";
import { parseDuration } from "../../../format/duration.ts";

/** The moment a dashboard shows, moved on at each refresh and not between. */
export function useRefresh(every: string, to: string): { now: number; refreshNow: () => void } {
  const [now, setNow] = useState(() => Date.now());
  const refreshNow = useCallback(() => setNow(Date.now()), []);
  const ms = parseDuration(every);
  // A range that ended will not have new data.
  const moves = to.startsWith("now");
  useEffect(() => {
    if (ms === null || !moves) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") refreshNow();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, moves, refreshNow]);
  return { now, refreshNow };
}
