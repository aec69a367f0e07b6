import type { Column } from "./align.ts";

/** A line of a chart. */
export interface ChartSeries {
  name: string;
  color: string;
  values: Column;
  hidden?: boolean;
  /** Overrides for this line alone. */
  draw?: "line" | "bars" | "points";
  dash?: number[];
  fill?: number;
  width?: number;
  /** Values belong to the axis on the right. */
  right?: boolean;
  unit?: (v: number) => string;
}

/** A marked instant with labels, such as a trace. */
export interface Mark {
  /** Seconds. */
  time: number;
  value: number;
  labels: Record<string, string>;
  color: string;
}

/** A value from which things are different. */
export interface Limit {
  value: number;
  color: string;
}
