/** The answers of /rules, /alerts and /alertmanagers. */
import type { Labels } from "../promql/series.ts";

export type AlertState = "firing" | "pending" | "inactive" | "unknown";
export type RuleHealth = "ok" | "err" | "unknown";

export interface Alert {
  labels: Labels;
  annotations: Labels;
  state: AlertState;
  activeAt?: string;
  keepFiringSince?: string;
  value: string;
}

interface RuleBase {
  name: string;
  query: string;
  labels?: Labels;
  health: RuleHealth;
  lastError?: string;
  /** Seconds. */
  evaluationTime: number;
  lastEvaluation: string;
}

export interface AlertingRule extends RuleBase {
  type: "alerting";
  state: AlertState;
  /** Seconds of `for`. */
  duration: number;
  keepFiringFor: number;
  annotations?: Labels;
  alerts: Alert[] | null;
}

export interface RecordingRule extends RuleBase {
  type: "recording";
}

export type Rule = AlertingRule | RecordingRule;

export interface RuleGroup {
  name: string;
  /** A path, or a drop-in's Ref. */
  file: string;
  rules: Rule[];
  /** Seconds. */
  interval: number;
  limit: number;
  evaluationTime: number;
  lastEvaluation: string;
}

export interface Rules {
  groups: RuleGroup[];
}

export interface Alertmanagers {
  activeAlertmanagers: { url: string }[] | null;
  droppedAlertmanagers: { url: string }[] | null;
}
