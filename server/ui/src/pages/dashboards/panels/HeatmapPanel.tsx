import { useMemo } from "react";
import { gridTimes } from "../../../charts/align.ts";
import { classicCells, isClassic, nativeCells, rowsToCells } from "../../../charts/cells.ts";
import { Heatmap } from "../../../charts/Heatmap.tsx";
import { unitFormat } from "../../../format/unit.ts";
import { object, text } from "../model/json.ts";
import type { DrawProps } from "./registry.ts";

/** Buckets over time: native histograms, series by `le`, or any series as rows. */
export function HeatmapPanel({ panel, fields, answers, height, onZoom }: DrawProps) {
  const data = useMemo(() => {
    const ranged = answers.filter((a) => !a.target.instant);
    const grid = ranged[0]?.grid;
    if (!grid) return null;
    const series = ranged.flatMap((a) => a.series);
    if (series.some((s) => s.histograms)) return nativeCells(series, grid);
    if (isClassic(series)) return classicCells(series, grid);
    return rowsToCells(gridTimes(grid), grid.step, fields.map((f) => f.name), fields.map((f) => f.values), false);
  }, [answers, fields]);
  const unit = text(object(panel.options["yAxis"])["unit"]) || panel.defaults.unit;
  const format = useMemo(() => {
    const by = unitFormat(unit);
    return (v: number) => by(v);
  }, [unit]);
  return data && <Heatmap data={data} height={height} format={format} onZoom={onZoom} label={panel.title} />;
}
