/** The line of a small chart in a box, and the area under it; null for too few values. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number, fromZero: boolean): { line: string; area: string } | null {
  const known = values.filter((v): v is number => v !== null);
  if (known.length < 3) return null;
  const high = Math.max(...known);
  const low = fromZero ? Math.min(0, ...known) : Math.min(...known);
  const spread = (high - low) * 1.08 || Math.abs(high) || 1;
  const step = width / Math.max(1, values.length - 1);
  const points: string[] = [];
  let first = 0;
  let last = 0;
  values.forEach((v, i) => {
    if (v === null) return;
    if (points.length === 0) first = i * step;
    last = i * step;
    points.push(`${(i * step).toFixed(1)},${(height - ((v - low) / spread) * height).toFixed(1)}`);
  });
  const line = points.join(" L");
  return { line: `M${line}`, area: `M${first.toFixed(1)},${height} L${line} L${last.toFixed(1)},${height} Z` };
}
