/** The answers of /targets, /scrape_pools and /targets/relabel_steps. */
import type { Labels } from "../promql/series.ts";

export type Health = "up" | "down" | "unknown";

export interface Target {
  discoveredLabels: Labels;
  labels: Labels;
  scrapePool: string;
  scrapeUrl: string;
  globalUrl: string;
  lastError: string;
  lastScrape: string;
  /** Seconds. */
  lastScrapeDuration: number;
  health: Health;
  scrapeInterval: string;
  scrapeTimeout: string;
}

export interface DroppedTarget {
  discoveredLabels: Labels;
  scrapePool: string;
}

export interface Targets {
  activeTargets: Target[] | null;
  droppedTargets: DroppedTarget[] | null;
  droppedTargetCounts: Record<string, number> | null;
}

export interface RelabelStep {
  rule: RelabelRule;
  output: Labels;
  keep: boolean;
}

/** A relabel rule as the configuration file writes it. */
export interface RelabelRule {
  source_labels?: string[];
  separator?: string;
  regex?: string;
  modulus?: number;
  target_label?: string;
  replacement?: string;
  action?: string;
}
