/** From thousands of targets to the lines of the page. */
import { poolJob, refString, type OwnerOf, type Ref } from "../../api/dropins.ts";
import type { Health, Target } from "../../api/targets.ts";

export type GroupBy = "job" | "owner";
export type HealthFilter = "all" | Health;

export interface Group {
  kind: "group";
  key: string;
  title: string;
  owner: Ref | undefined;
  /** The scrape pool, if the group is one. */
  pool?: string;
  total: number;
  counts: Record<Health, number>;
  targets: Target[];
}

export interface TargetLine {
  kind: "target";
  key: string;
  target: Target;
}

export type Line = Group | TargetLine;

/** What is searched, made once for each target as long as it lives. */
const texts = new WeakMap<Target, string>();

function textOf(target: Target): string {
  let text = texts.get(target);
  if (text === undefined) {
    const labels = Object.entries(target.labels).map(([name, value]) => `${name}="${value}"`);
    text = `${target.scrapePool} ${target.scrapeUrl} ${labels.join(" ")} ${target.lastError}`.toLowerCase();
    texts.set(target, text);
  }
  return text;
}

/** The name of a target's line, made once as well: scrolling asks for it again and again. */
const keys = new WeakMap<Target, string>();

function keyOf(target: Target): string {
  let key = keys.get(target);
  if (key === undefined) {
    key = `target ${target.scrapePool} ${target.scrapeUrl} ${JSON.stringify(target.labels)}`;
    keys.set(target, key);
  }
  return key;
}

/** The targets that contain every word of the search. */
export function search(targets: readonly Target[], query: string): Target[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? [...targets] : targets.filter((t) => words.every((w) => textOf(t).includes(w)));
}

export function countHealth(targets: readonly Target[]): Record<Health, number> {
  const counts: Record<Health, number> = { up: 0, down: 0, unknown: 0 };
  for (const t of targets) counts[t.health]++;
  return counts;
}

/** Groups by job or by owner: groups with a target down first, then by name. */
export function groupTargets(targets: readonly Target[], by: GroupBy, owners: OwnerOf): Group[] {
  const groups = new Map<string, Group>();
  for (const target of targets) {
    const owner = owners(target.scrapePool);
    const key = by === "job" ? target.scrapePool : owner ? refString(owner) : "";
    let group = groups.get(key);
    if (!group) {
      const title = by === "job" ? poolJob(target.scrapePool, owner) : owner ? key : "Base configuration";
      group = { kind: "group", key, title, owner, total: 0, counts: { up: 0, down: 0, unknown: 0 }, targets: [], ...(by === "job" && { pool: key }) };
      groups.set(key, group);
    }
    group.total++;
    group.counts[target.health]++;
    group.targets.push(target);
  }
  return [...groups.values()].sort((a, b) => Number(b.counts.down > 0) - Number(a.counts.down > 0) || a.title.localeCompare(b.title) || a.key.localeCompare(b.key));
}

/** The lines in view: each group, and below it its targets if it is open, those down first. */
export function lines(groups: readonly Group[], isOpen: (key: string) => boolean): Line[] {
  const out: Line[] = [];
  for (const group of groups) {
    out.push(group);
    if (!isOpen(group.key)) continue;
    const order: Record<Health, number> = { down: 0, unknown: 1, up: 2 };
    for (const target of [...group.targets].sort((a, b) => order[a.health] - order[b.health])) {
      out.push({ kind: "target", key: keyOf(target), target });
    }
  }
  return out;
}
