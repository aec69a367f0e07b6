/** From the answers of /query_range to columns on a common grid. */
import { parseValue, type RangeSeries } from "../api/query.ts";

export interface Grid {
  /** Seconds. */
  start: number;
  end: number;
  step: number;
}

export type Column = (number | null)[];

export function gridTimes({ start, end, step }: Grid): number[] {
  const count = Math.max(1, Math.floor((end - start) / step + 1e-6) + 1);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/** One series' samples on the grid; null where there is none, so that gaps stay gaps. */
export function align(series: RangeSeries, grid: Grid): Column {
  const column: Column = new Array<number | null>(gridTimes(grid).length).fill(null);
  for (const [t, text] of series.values ?? []) {
    const i = Math.round((t - grid.start) / grid.step);
    const value = parseValue(text);
    // A chart cannot show infinity, and NaN is a gap.
    if (i >= 0 && i < column.length && Number.isFinite(value)) column[i] = value;
  }
  return column;
}
