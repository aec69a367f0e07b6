/** What each job makes of one object. */
import type { Health, RelabelStep, Target, Targets } from "../../api/targets.ts";
import type { Labels } from "../../promql/series.ts";
import { isAbout, type Subject } from "./subject.ts";

export type Outcome = "scraped" | "dropped" | "not-selected";

export interface JobVerdict {
  scrapePool: string;
  outcome: Outcome;
  /** Why the job does not even see the object. */
  reason?: string;
  address?: string;
  labels?: Labels;
  discoveredLabels?: Labels;
  /** Absent if they have to be asked for. */
  steps?: RelabelStep[];
  health?: Health;
  lastError?: string;
}

/** The answer of /explain. */
export interface Explanation {
  target: string;
  jobs: JobVerdict[];
  /** Whether it considers all there is: without /explain, dropped targets may be forgotten. */
  complete: boolean;
}

/** What can be told from the targets alone, on a server without /explain. */
export function fromTargets(subject: Subject, target: string, targets: Targets): Explanation {
  const jobs: JobVerdict[] = [];
  for (const t of targets.activeTargets ?? []) {
    if (isAbout(subject, t.discoveredLabels)) jobs.push(scraped(t));
  }
  const listed: Record<string, number> = {};
  for (const t of targets.droppedTargets ?? []) {
    listed[t.scrapePool] = (listed[t.scrapePool] ?? 0) + 1;
    if (isAbout(subject, t.discoveredLabels)) {
      jobs.push({ scrapePool: t.scrapePool, outcome: "dropped", discoveredLabels: t.discoveredLabels, ...address(t.discoveredLabels) });
    }
  }
  const complete = Object.entries(targets.droppedTargetCounts ?? {}).every(([pool, n]) => n <= (listed[pool] ?? 0));
  return { target, jobs, complete };
}

function scraped(t: Target): JobVerdict {
  return { scrapePool: t.scrapePool, outcome: "scraped", address: t.scrapeUrl, labels: t.labels, discoveredLabels: t.discoveredLabels, health: t.health, lastError: t.lastError };
}

function address(labels: Labels): { address?: string } {
  const found = labels["__address__"];
  return found === undefined ? {} : { address: found };
}
