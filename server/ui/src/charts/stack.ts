import type { Column } from "./align.ts";

/**
 * Adds up columns from the last to the first, so that they lie on each other in
 * the order of the legend. Each is drawn filled down to zero and the next over
 * it, which leaves gaps what they are. Negative values are stacked downwards.
 */
export function stack(columns: readonly Column[]): Column[] {
  const above: number[] = [];
  const below: number[] = [];
  const out: Column[] = [];
  for (const column of [...columns].reverse()) {
    out.push(
      column.map((value, i) => {
        if (value === null) return null;
        const sums = value < 0 ? below : above;
        sums[i] = (sums[i] ?? 0) + value;
        return sums[i] ?? null;
      }),
    );
  }
  return out.reverse();
}
