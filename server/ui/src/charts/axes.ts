import type uPlot from "uplot";
import { tickTime, type Zone } from "../format/time.ts";
import type { ChartTheme } from "./theme.ts";

/** The axis of time at the bottom. */
export function timeAxis(theme: ChartTheme, zone: Zone): uPlot.Axis {
  return {
    stroke: theme.text,
    font: theme.font,
    size: 28,
    gap: 4,
    space: 70,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
    values: (_u, splits) => {
      const stepMs = splits.length > 1 ? ((splits[1] ?? 0) - (splits[0] ?? 0)) * 1000 : 60e3;
      return splits.map((s) => tickTime(s * 1000, stepMs, zone));
    },
  };
}

const powersOfTwo = Array.from({ length: 60 }, (_, i) => 2 ** i);

/** The axis of values, as wide as its longest label. */
export function valueAxis(theme: ChartTheme, scale: string, format: (v: number) => string, side: 1 | 3 = 3, binary = false): uPlot.Axis {
  return {
    scale,
    side,
    stroke: theme.text,
    font: theme.font,
    gap: 6,
    space: 34,
    ...(binary && { incrs: powersOfTwo }),
    size: (_u, values) => Math.min(110, Math.max(34, 12 + 6.6 * Math.max(0, ...(values ?? []).map((v) => v.length)))),
    grid: { stroke: theme.grid, width: 1, show: side === 3 },
    ticks: { show: false },
    values: (_u, splits) => splits.map((v) => (v === null ? "" : format(v))),
  };
}

/** uPlot thinks in the machine's zone unless told otherwise. */
export function tzDate(zone: Zone): ((ts: number) => Date) | undefined {
  if (zone === "local") return undefined;
  // Shifted so that its local fields are UTC's, which is all that uPlot reads.
  return (ts) => {
    const date = new Date(ts * 1000);
    return new Date(ts * 1000 + date.getTimezoneOffset() * 60e3);
  };
}
