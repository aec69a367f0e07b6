/** A panel's fields: series with how they are to be shown. */
import { parseValue, type RangeSeries } from "../../../api/query.ts";
import { align, gridTimes, type Column, type Grid } from "../../../charts/align.ts";
import { formatSeries, type Labels } from "../../../promql/series.ts";
import type { FieldConfig, Override, Panel, Target } from "../model/types.ts";

export interface Field {
  name: string;
  refId: string;
  labels: Labels;
  /** Its number among the panel's fields, for the palette. */
  index: number;
  /** On the grid; a single value for an instant query. */
  values: Column;
  config: FieldConfig;
}

/** One target's answer. An instant query is a range of one sample. */
export interface Answered {
  target: Target;
  grid: Grid;
  series: RangeSeries[];
}

export function fieldsOf(panel: Panel, answers: readonly Answered[]): Field[] {
  const fields: Field[] = [];
  for (const { target, grid, series } of answers) {
    for (const s of series) {
      const name = legend(target, s.metric);
      const field: Field = { name, refId: target.refId, labels: s.metric, index: fields.length, values: target.instant ? last(s) : align(s, grid), config: panel.defaults };
      field.config = configOf(panel, field);
      field.name = field.config.displayName ? displayName(field.config.displayName, field) : name;
      fields.push(field);
    }
  }
  return fields;
}

export function timesOf(answers: readonly Answered[]): number[] {
  const ranged = answers.find((a) => !a.target.instant) ?? answers[0];
  return ranged ? gridTimes(ranged.grid) : [];
}

function last(s: RangeSeries): Column {
  const value = s.values?.at(-1);
  return value ? [parseValue(value[1])] : [];
}

/** The series' name by the target's template. */
export function legend(target: Target, labels: Labels): string {
  if (target.legend !== "" && target.legend !== "__auto") {
    return target.legend.replace(/\{\{\s*(.+?)\s*\}\}/g, (_all, name: string) => labels[name] ?? "");
  }
  const text = formatSeries(labels);
  return text === "{}" ? target.expr : text;
}

/** The panel's defaults, changed by each override that matches. */
function configOf(panel: Panel, field: Field): FieldConfig {
  let config = panel.defaults;
  for (const o of panel.overrides) {
    if (matches(o, field)) config = { ...config, ...o.config, custom: { ...config.custom, ...o.config.custom } };
  }
  return config;
}

export function matches(o: Override, field: Pick<Field, "name" | "refId">): boolean {
  const options = typeof o.matcher.options === "string" ? o.matcher.options : "";
  switch (o.matcher.id) {
    case "byName":
      return options === field.name;
    case "byFrameRefID":
      return options === field.refId;
    case "byRegexp": {
      const [, pattern = options, flags = ""] = /^\/([\s\S]*)\/([a-z]*)$/.exec(options) ?? [];
      try {
        return new RegExp(pattern, flags.replace("g", "")).test(field.name);
      } catch {
        return false;
      }
    }
    default:
      return false;
  }
}

function displayName(template: string, field: Field): string {
  return template
    .replace(/\$\{__(?:field|series)\.(?:displayName|name)\}/g, field.name)
    .replace(/\$\{__field\.labels(?:\.([\w]+)|\["(.+?)"\])\}/g, (_all, dot: string | undefined, bracket: string | undefined) => field.labels[dot ?? bracket ?? ""] ?? "");
}
