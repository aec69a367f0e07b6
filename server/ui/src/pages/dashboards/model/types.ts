/** A dashboard as these pages understand it: what of Grafana's JSON they draw. */
import type { Json } from "./json.ts";

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  links: DashboardLink[];
  variables: Variable[];
  sections: Section[];
  time: { from: string; to: string };
  refresh: string;
  /** What is in the file and is not shown, in words. */
  omitted: string[];
}

/** A row with the panels below it; the first section may have no row. */
export interface Section {
  row: { title: string; collapsed: boolean; repeat: string } | null;
  panels: Panel[];
}

export interface GridPos {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  transparent: boolean;
  pos: GridPos;
  targets: Target[];
  options: Json;
  defaults: FieldConfig;
  overrides: Override[];
  transformations: { id: string; options: Json }[];
  links: Link[];
  repeat: { variable: string; vertical: boolean; perRow: number } | null;
  maxPoints: number | undefined;
  /** The shortest interval, as a duration or with variables. */
  interval: string;
  /** Own time: "1h" of range, "1d" earlier. */
  timeFrom: string;
  timeShift: string;
}

export interface Target {
  refId: string;
  expr: string;
  legend: string;
  instant: boolean;
  format: "time_series" | "table" | "heatmap";
  interval: string;
  /** Why it is not asked, empty if it is. */
  unsupported: string;
}

export interface Link {
  title: string;
  url: string;
  newTab: boolean;
}

export interface DashboardLink extends Link {
  /** All dashboards with the tags, instead of one address. */
  tags: string[] | null;
  keepTime: boolean;
  includeVars: boolean;
}

export interface Threshold {
  /** -Infinity for the first step. */
  from: number;
  color: string;
}

export type Mapping =
  | { type: "value"; value: string; text: string; color: string }
  | { type: "range"; from: number; to: number; text: string; color: string }
  | { type: "regex"; pattern: string; text: string; color: string }
  | { type: "special"; match: string; text: string; color: string };

/** How values of a field are shown. */
export interface FieldConfig {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  displayName?: string;
  noValue?: string;
  colorMode?: string;
  fixedColor?: string;
  thresholds?: { percent: boolean; steps: Threshold[] };
  mappings?: Mapping[];
  links?: Link[];
  custom: Json;
}

export interface Override {
  matcher: { id: string; options: unknown };
  /** Only what it changes. */
  config: Partial<FieldConfig>;
}

export interface Variable {
  name: string;
  label: string;
  type: "query" | "custom" | "constant" | "interval" | "textbox" | "datasource" | "unsupported";
  hidden: boolean;
  query: string;
  regex: string;
  sort: number;
  multi: boolean;
  includeAll: boolean;
  allValue: string;
  /** What the author left selected. */
  current: string[];
}
