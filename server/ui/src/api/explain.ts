/** The answer of /explain. */
import type { Labels } from "../promql/series.ts";
import type { Ref } from "./dropins.ts";
import type { RelabelRule } from "./targets.ts";

export type Outcome = "scraped" | "dropped" | "not-selected";

/** Nearest to being scraped last. */
export type Cause = "unseen" | "foreign-namespace" | "unrouted" | "relabeling" | "invalid" | "pending" | "duplicate" | "failing" | "scraped";

/** One relabel rule and what it did. Rule 0 is the one that a drop-in's job was given. */
export interface ExplainedStep {
  number: number;
  rule: RelabelRule;
  sources?: { label: string; value: string }[];
  output?: Labels;
  keep: boolean;
}

export interface TargetVerdict {
  source?: string;
  address?: string;
  discoveredLabels?: Labels;
  outcome: Outcome;
  cause: Cause;
  /** A sentence without its subject, the job. */
  reason: string;
  remedy?: string;
  drop?: ExplainedStep;
  steps?: ExplainedStep[];
  labels?: Labels;
  scrapeUrl?: string;
  health?: string;
  lastError?: string;
  lastScrape?: string;
}

export interface JobVerdict extends TargetVerdict {
  scrapePool: string;
  dropIn?: Ref;
  /** The object's other targets, the nearest to being scraped first. */
  others?: TargetVerdict[];
}

export interface Explanation {
  target: string;
  object: { kind: string; namespace?: string; name: string };
  exists: boolean;
  scraped: boolean;
  summary: string;
  remedy?: string;
  remarks?: string[];
  jobs: JobVerdict[];
  considered: number;
  excluded: { unseen: number; foreignNamespace: number; unrouted: number };
}
