/** Heatmaps as rectangles, from native histograms and from classic buckets. */
import { parseValue, type RangeSeries } from "../api/query.ts";
import { align, gridTimes, type Grid } from "./align.ts";

export interface Cell {
  /** Index in the grid of times. */
  column: number;
  /** Bucket bounds in values; for ordinal axes the row's number and the next. */
  low: number;
  high: number;
  /** Bounds for reading. */
  text: string;
  count: number;
}

export interface HeatmapData {
  times: number[];
  step: number;
  cells: Cell[];
  /** Labels of ordinal rows, from below; empty if the axis is one of values. */
  rows: string[];
}

/** Adds up native histograms of all series, bucket by bucket. */
export function nativeCells(series: readonly RangeSeries[], grid: Grid): HeatmapData {
  const times = gridTimes(grid);
  const sums = new Map<string, Cell>();
  for (const s of series) {
    for (const [t, histogram] of s.histograms ?? []) {
      const column = Math.round((t - grid.start) / grid.step);
      if (column < 0 || column >= times.length) continue;
      for (const [, left, right, text] of histogram.buckets ?? []) {
        const [low, high, count] = [parseValue(left), parseValue(right), parseValue(text)];
        const key = `${column} ${left} ${right}`;
        const known = sums.get(key);
        if (known) known.count += count;
        else sums.set(key, { column, low, high, count, text: `${left} to ${right}` });
      }
    }
  }
  return { times, step: grid.step, cells: [...sums.values()].filter((c) => c.count > 0), rows: [] };
}

/** Turns cumulative buckets, series that differ in `le` only, into rows. */
export function classicCells(series: readonly RangeSeries[], grid: Grid): HeatmapData {
  const times = gridTimes(grid);
  // By value, since "1" and "1.0" are one bucket written by two versions.
  const byBound = new Map<number, number[]>();
  for (const s of series) {
    const bound = parseValue(s.metric["le"] ?? "");
    if (Number.isNaN(bound)) continue;
    const sums = byBound.get(bound) ?? new Array<number>(times.length).fill(0);
    align(s, grid).forEach((v, i) => (sums[i] = (sums[i] ?? 0) + (v ?? 0)));
    byBound.set(bound, sums);
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  const names = bounds.map((b) => (b === Infinity ? "+Inf" : String(b)));
  return rowsToCells(times, grid.step, names, bounds.map((b) => byBound.get(b) ?? []), true);
}

/** Rows of counts, cumulative from below or not. */
export function rowsToCells(times: number[], step: number, names: string[], counts: (number | null)[][], cumulative: boolean): HeatmapData {
  const cells: Cell[] = [];
  counts.forEach((row, r) => {
    row.forEach((value, column) => {
      const below = cumulative ? (counts[r - 1]?.[column] ?? 0) : 0;
      const count = (value ?? 0) - (below ?? 0);
      if (count > 0) cells.push({ column, low: r, high: r + 1, count, text: cumulative && r > 0 ? `${names[r - 1]} to ${names[r]}` : (names[r] ?? "") });
    });
  });
  return { times, step, cells, rows: names };
}

/** Whether the answer is one of buckets: every series has its `le`. */
export function isClassic(series: readonly RangeSeries[]): boolean {
  return series.length > 1 && series.every((s) => s.metric["le"] !== undefined);
}
