import type { DroppedTarget, Targets } from "../../api/targets.ts";

/** What one job found. */
export interface Discovered {
  pool: string;
  active: number;
  dropped: number;
  /** The dropped targets that the server still knows. */
  remembered: DroppedTarget[];
}

/** Counts by job, jobs that found nothing included. */
export function discovered(targets: Targets | undefined, pools: readonly string[]): Discovered[] {
  const out = new Map<string, Discovered>();
  const at = (pool: string) => {
    let found = out.get(pool);
    if (!found) out.set(pool, (found = { pool, active: 0, dropped: 0, remembered: [] }));
    return found;
  };
  for (const pool of pools) at(pool);
  for (const t of targets?.activeTargets ?? []) at(t.scrapePool).active++;
  for (const t of targets?.droppedTargets ?? []) at(t.scrapePool).remembered.push(t);
  for (const [pool, n] of Object.entries(targets?.droppedTargetCounts ?? {})) at(pool).dropped = n;
  return [...out.values()].sort((a, b) => a.pool.localeCompare(b.pool));
}
