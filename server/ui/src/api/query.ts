/** The answers of /query, /query_range and /query_exemplars. */
import type { Labels } from "../promql/series.ts";

/** Seconds and the value as the server wrote it: JSON has no NaN. */
export type Sample = [number, string];

/** Boundary rule (0 open left, 1 open right, 2 open both, 3 closed), left, right, count. */
export type Bucket = [number, string, string, string];

export interface Histogram {
  count: string;
  sum: string;
  buckets?: Bucket[];
}

export type HistogramSample = [number, Histogram];

export interface InstantSeries {
  metric: Labels;
  value?: Sample;
  histogram?: HistogramSample;
}

export interface RangeSeries {
  metric: Labels;
  values?: Sample[];
  histograms?: HistogramSample[];
}

export interface Stats {
  timings?: Record<string, number>;
  samples?: { totalQueryableSamples?: number; peakSamples?: number };
}

export type InstantResult = (
  | { resultType: "vector"; result: InstantSeries[] }
  | { resultType: "matrix"; result: RangeSeries[] }
  | { resultType: "scalar" | "string"; result: Sample }
) & { stats?: Stats };

export interface RangeResult {
  resultType: "matrix";
  result: RangeSeries[];
  stats?: Stats;
}

export interface ExemplarSeries {
  seriesLabels: Labels;
  exemplars: { labels: Labels; value: string; timestamp: number }[];
}

/** Prometheus' number syntax, "+Inf" and "NaN" included. */
export function parseValue(text: string): number {
  if (text === "+Inf" || text === "Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return text === "" ? NaN : Number(text);
}
