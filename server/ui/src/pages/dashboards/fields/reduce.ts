/** From a series to one number. */
import type { Column } from "../../../charts/align.ts";

type Reducer = (known: number[], all: Column) => number | null;

const reducers: Record<string, Reducer> = {
  last: (_k, all) => all.at(-1) ?? null,
  lastNotNull: (k) => k.at(-1) ?? null,
  first: (_k, all) => all[0] ?? null,
  firstNotNull: (k) => k[0] ?? null,
  min: (k) => (k.length > 0 ? Math.min(...k) : null),
  max: (k) => (k.length > 0 ? Math.max(...k) : null),
  mean: (k) => (k.length > 0 ? sum(k) / k.length : null),
  sum: (k) => (k.length > 0 ? sum(k) : null),
  count: (k) => k.length,
  range: (k) => (k.length > 0 ? Math.max(...k) - Math.min(...k) : null),
  diff: (k) => (k.length > 0 ? (k.at(-1) ?? 0) - (k[0] ?? 0) : null),
  stdDev: (k) => (k.length > 0 ? Math.sqrt(sum(k.map((v) => (v - sum(k) / k.length) ** 2)) / k.length) : null),
};

const names: Record<string, string> = { lastNotNull: "Last", firstNotNull: "First", last: "Last", first: "First", min: "Min", max: "Max", mean: "Mean", sum: "Total", count: "Count", range: "Range", diff: "Difference", stdDev: "StdDev" };

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Applies one of Grafana's calculations; an unknown one takes the last value. */
export function reduce(values: Column, calc: string): number | null {
  const known = values.filter((v): v is number => v !== null && !Number.isNaN(v));
  return (reducers[calc] ?? reducers["lastNotNull"])?.(known, values) ?? null;
}

export function calcName(calc: string): string {
  return names[calc] ?? calc;
}
