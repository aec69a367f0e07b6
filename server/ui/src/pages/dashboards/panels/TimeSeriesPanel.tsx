import { useMemo, useState } from "react";
import type { Column } from "../../../charts/align.ts";
import type { ChartSeries, Limit } from "../../../charts/series.ts";
import { TimeSeries } from "../../../charts/TimeSeries.tsx";
import { isBinary, unitFormat } from "../../../format/unit.ts";
import { color, paletteColor } from "../fields/colors.ts";
import { absoluteSteps, rangeOf, valueColor } from "../fields/display.ts";
import { timesOf, type Field } from "../fields/field.ts";
import { reduce } from "../fields/reduce.ts";
import { flag, list, num, object, text, type Json } from "../model/json.ts";
import { PanelLegend } from "./PanelLegend.tsx";
import type { DrawProps } from "./registry.ts";
import styles from "./panels.module.css";

const legendRow = 21;
/** Pixels below which a chart and a legend beside it would both be too narrow to read. */
const besideFrom = 440;

/** Lines, areas, bars or points over time. */
export function TimeSeriesPanel({ panel, fields, answers, width, height, onZoom }: DrawProps) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<number | null>(null);
  const [near, setNear] = useState<number | null>(null);
  const custom = panel.defaults.custom;
  const stacking = text(object(custom["stacking"])["mode"]);
  const times = useMemo(() => timesOf(answers), [answers]);
  const series = useMemo(() => seriesOf(fields, stacking === "percent", hidden), [fields, stacking, hidden]);

  const legend = object(panel.options["legend"]);
  const mode = flag(legend["showLegend"], true) ? text(legend["displayMode"], "list") : "hidden";
  const calcs = list(legend["calcs"]).map((c) => text(c));
  const beside = text(legend["placement"]) === "right" && mode !== "hidden" && width >= besideFrom;
  const rows = mode === "hidden" ? 0 : mode === "table" ? fields.length + 1 : Math.ceil(fields.length / 3);
  // The chart keeps most of the panel, whatever the number of series.
  const legendHeight = beside || mode === "hidden" ? 0 : Math.min(rows * legendRow + 6, height * 0.38);
  const percent = stacking === "percent";
  const format = unitFormat(percent ? "percentunit" : panel.defaults.unit);
  const fill = (num(custom["fillOpacity"]) ?? 0) / 100;
  return (
    <div className={beside ? styles.beside : undefined}>
      <div className={styles.chart}>
        <TimeSeries
          times={times}
          series={series}
          options={{
            height: Math.max(60, Math.floor(height - legendHeight)),
            format: (v) => format(v, percent ? undefined : panel.defaults.decimals),
            stacked: stacking === "normal" || percent,
            fill,
            width: num(custom["lineWidth"]) ?? 1.5,
            stepped: text(custom["lineInterpolation"]).startsWith("step"),
            points: text(custom["showPoints"]) === "always",
            spanGaps: custom["spanNulls"] === true,
            binary: isBinary(panel.defaults.unit),
            log: text(object(custom["scaleDistribution"])["type"]) === "log",
            limits: limitsOf(panel.defaults, fields),
            ...(panel.defaults.min !== undefined && { min: panel.defaults.min }),
            ...(panel.defaults.max !== undefined ? { max: panel.defaults.max } : percent ? { max: 1 } : {}),
          }}
          focused={focused}
          onFocus={setNear}
          onZoom={onZoom}
          label={panel.title}
        />
      </div>
      {mode !== "hidden" && (
        <PanelLegend
          fields={fields}
          series={series}
          table={mode === "table"}
          calcs={calcs}
          maxHeight={beside ? height : legendHeight}
          near={near}
          onHover={setFocused}
          onToggle={(name, only) => setHidden((old) => toggled(old, name, only, series.map((s) => s.name)))}
        />
      )}
    </div>
  );
}

/** A click shows one alone and, again, all; with Ctrl it hides or shows one. */
function toggled(hidden: ReadonlySet<string>, name: string, only: boolean, names: string[]): ReadonlySet<string> {
  if (!only) return new Set(hidden.has(name) ? [...hidden].filter((n) => n !== name) : [...hidden, name]);
  const alone = !hidden.has(name) && hidden.size === names.length - 1 && names.length > 1;
  return alone ? new Set() : new Set(names.filter((n) => n !== name));
}

function seriesOf(fields: readonly Field[], percent: boolean, hidden: ReadonlySet<string>): ChartSeries[] {
  const totals = percent ? sums(fields) : null;
  return fields
    .filter((f) => !hiddenFrom(f.config.custom, "viz"))
    .map((f) => {
      const { custom } = f.config;
      const style = text(custom["drawStyle"]);
      const fill = num(custom["fillOpacity"]);
      const width = num(custom["lineWidth"]);
      const dash = object(custom["lineStyle"]);
      const sign = text(custom["transform"]) === "negative-Y" ? -1 : 1;
      const values = f.values.map((v, i) => (v === null ? null : totals ? v / (totals[i] || 1) : sign * v));
      return {
        name: f.name,
        color: lineColor(f),
        values,
        hidden: hidden.has(f.name),
        draw: style === "bars" ? "bars" : style === "points" ? "points" : "line",
        right: text(custom["axisPlacement"]) === "right",
        ...(fill !== undefined && { fill: fill / 100 }),
        ...(width !== undefined && { width }),
        ...(text(dash["fill"]) === "dash" && { dash: list(dash["dash"]).map((d) => num(d) ?? 8) }),
        ...(f.config.unit && !percent && { unit: (v: number) => unitFormat(f.config.unit)(v, f.config.decimals) }),
      };
    });
}

function lineColor(f: Field): string {
  const mode = f.config.colorMode;
  if (mode === "fixed" || mode === "shades") return color(f.config.fixedColor) ?? paletteColor(f.index, mode, f.name);
  if (mode === undefined || mode.startsWith("palette")) return paletteColor(f.index, mode, f.name);
  return valueColor(reduce(f.values, "lastNotNull") ?? 0, f.config, rangeOf(f.config, f.values), f.index, f.name) ?? paletteColor(f.index, mode, f.name);
}

function hiddenFrom(custom: Json, where: string): boolean {
  return flag(object(custom["hideFrom"])[where]);
}

function sums(fields: readonly Field[]): Column {
  const out: number[] = [];
  for (const f of fields) f.values.forEach((v, i) => (out[i] = (out[i] ?? 0) + (v ?? 0)));
  return out;
}

/** Thresholds as lines, if the author wanted them to be seen. */
function limitsOf(config: DrawProps["panel"]["defaults"], fields: readonly Field[]): Limit[] {
  const mode = text(object(config.custom["thresholdsStyle"])["mode"], "off");
  if (mode === "off") return [];
  return absoluteSteps(config, rangeOf(config, fields.flatMap((f) => f.values)))
    .filter((s) => Number.isFinite(s.from))
    .map((s) => ({ value: s.from, color: color(s.color) ?? "red" }));
}
