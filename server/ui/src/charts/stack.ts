import type { Column } from "./align.ts";

/**
 * Adds up columns from the first to the last. A gap counts as nothing for what
 * lies on it, but stays a gap in its own line. Negative values are stacked
 * downwards, apart from positive ones.
 */
export function stack(columns: readonly Column[]): Column[] {
  const above: number[] = [];
  const below: number[] = [];
  return columns.map((column) =>
    column.map((value, i) => {
      if (value === null) return null;
      const sums = value < 0 ? below : above;
      sums[i] = (sums[i] ?? 0) + value;
      return sums[i] ?? null;
    }),
  );
}
