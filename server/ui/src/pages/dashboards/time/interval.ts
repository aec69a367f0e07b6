/** The distance of a panel's points, and the intervals that expressions ask for. */
import { formatDuration, parseDuration } from "../../../format/duration.ts";
import type { TimeRange } from "./range.ts";

export interface Intervals {
  /** Seconds. */
  step: number;
  /** The values of the built-in variables. */
  variables: Record<string, string>;
}

const nice = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

export function intervals(range: TimeRange, maxPoints: number, shortest: string, scrapeMs: number): Intervals {
  const minimum = (parseDuration(shortest.replace(/^>/, "")) ?? scrapeMs) / 1000;
  const wanted = (range.to - range.from) / 1000 / Math.max(1, maxPoints);
  const step = Math.max(minimum, nice.find((n) => n >= wanted) ?? Math.ceil(wanted / 86400) * 86400);
  const ms = step * 1000;
  const rangeMs = range.to - range.from;
  // A rate needs two samples even if one scrape was missed.
  const rateMs = Math.max(ms + scrapeMs, 4 * scrapeMs);
  return {
    step,
    variables: {
      __interval: formatDuration(ms),
      __interval_ms: String(ms),
      __rate_interval: formatDuration(rateMs),
      __rate_interval_ms: String(rateMs),
      __range: formatDuration(Math.round(rangeMs / 1000) * 1000),
      __range_s: String(Math.round(rangeMs / 1000)),
      __range_ms: String(rangeMs),
      __from: String(range.from),
      __to: String(range.to),
    },
  };
}
