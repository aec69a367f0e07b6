import type { DroppedTarget, Target, Targets } from "../../api/targets.ts";

export type Shown = "all" | "scraped" | "dropped";

/** What one job found. */
export interface Discovered {
  pool: string;
  active: Target[];
  /** How many relabeling dropped; the server remembers the labels of some. */
  dropped: number;
  remembered: DroppedTarget[];
}

/** What was found by job, jobs that found nothing included. */
export function discovered(targets: Targets | undefined, pools: readonly string[]): Discovered[] {
  const out = new Map<string, Discovered>();
  const at = (pool: string) => {
    let found = out.get(pool);
    if (!found) out.set(pool, (found = { pool, active: [], dropped: 0, remembered: [] }));
    return found;
  };
  for (const pool of pools) at(pool);
  for (const t of targets?.activeTargets ?? []) at(t.scrapePool).active.push(t);
  for (const t of targets?.droppedTargets ?? []) at(t.scrapePool).remembered.push(t);
  for (const [pool, n] of Object.entries(targets?.droppedTargetCounts ?? {})) at(pool).dropped = n;
  return [...out.values()].sort((a, b) => a.pool.localeCompare(b.pool));
}

/** Leaves what contains every word in its job's name or its labels, before relabeling or after. */
export function narrow(all: readonly Discovered[], query: string, show: Shown): Discovered[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const out: Discovered[] = [];
  for (const d of all) {
    const rest = words.filter((w) => !d.pool.toLowerCase().includes(w));
    const has = (t: DroppedTarget | Target) => rest.every((w) => textOf(t).includes(w));
    const active = show === "dropped" ? [] : rest.length === 0 ? d.active : d.active.filter(has);
    const remembered = show === "scraped" ? [] : rest.length === 0 ? d.remembered : d.remembered.filter(has);
    // A job that found nothing matches by its name alone.
    if (active.length + remembered.length > 0 || (rest.length === 0 && (show === "all" || (show === "dropped" && d.dropped > 0)))) out.push({ ...d, active, remembered });
  }
  return out;
}

/** What is searched, made once for each target as long as it lives. */
const texts = new WeakMap<object, string>();

function textOf(target: DroppedTarget | Target): string {
  let text = texts.get(target);
  if (text === undefined) {
    const labels = { ...target.discoveredLabels, ...("labels" in target && target.labels) };
    text = Object.entries(labels)
      .map(([name, value]) => `${name}="${value}"`)
      .join(" ")
      .toLowerCase();
    texts.set(target, text);
  }
  return text;
}
