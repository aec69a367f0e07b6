import { useMemo, useState } from "react";
import { parseValue } from "../../api/query.ts";
import { align, gridTimes } from "../../charts/align.ts";
import { classicCells, isClassic, nativeCells } from "../../charts/cells.ts";
import { Heatmap } from "../../charts/Heatmap.tsx";
import { seriesColor } from "../../charts/palette.ts";
import type { ChartSeries, Mark } from "../../charts/series.ts";
import { TimeSeries } from "../../charts/TimeSeries.tsx";
import { compact } from "../../format/number.ts";
import { formatSeries } from "../../promql/series.ts";
import { Empty, Note } from "../../ui/Note.tsx";
import { Legend } from "./Legend.tsx";
import type { Panel } from "./panels.ts";
import type { Ranged } from "./useAnswers.ts";
import styles from "./GraphView.module.css";

interface Props {
  panel: Panel;
  ranged: Ranged;
  onChange: (change: Partial<Panel>) => void;
}

const height = 360;
const format = (v: number) => compact(v, 3);

/** The answer to a range query. */
export function GraphView({ panel, ranged, onChange }: Props) {
  const zoom = (from: number, to: number) => onChange({ rangeMs: Math.max(1000, Math.round((to - from) / 1000) * 1000), endMs: Math.round(to / 1000) * 1000 });
  const { result, grid } = ranged;
  const hasNative = result.some((s) => (s.histograms?.length ?? 0) > 0);
  const onlyNative = hasNative && result.every((s) => (s.values?.length ?? 0) === 0);
  const asHeatmap = panel.display === "heatmap" || onlyNative;
  const cells = useMemo(() => (!asHeatmap ? null : hasNative ? nativeCells(result, grid) : isClassic(result) ? classicCells(result, grid) : null), [asHeatmap, hasNative, result, grid]);

  if (result.length === 0) return <Empty title="No series">Nothing matches the expression in this range.</Empty>;
  if (cells) {
    return (
      <div className={styles.view}>
        <Heatmap data={cells} height={height} format={format} onZoom={zoom} label={`Heatmap of ${panel.expr}`} />
      </div>
    );
  }
  return (
    <div className={styles.view}>
      {asHeatmap && <Note tone="info">A heatmap needs native histograms, or buckets with the label le. Shown as lines.</Note>}
      {hasNative && !onlyNative && <Note tone="info">Some series are native histograms; lines show the others only.</Note>}
      <Lines panel={panel} ranged={ranged} onZoom={zoom} />
    </div>
  );
}

function Lines({ panel, ranged, onZoom }: { panel: Panel; ranged: Ranged; onZoom: (from: number, to: number) => void }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<number | null>(null);
  const [near, setNear] = useState<number | null>(null);
  const times = useMemo(() => gridTimes(ranged.grid), [ranged.grid]);
  const stacked = panel.display === "stacked";
  const series = useMemo<ChartSeries[]>(
    () =>
      ranged.result.map((s, i) => {
        const name = formatSeries(s.metric);
        return { name, color: seriesColor(i), values: align(s, ranged.grid), hidden: hidden.has(name) };
      }),
    [ranged, hidden],
  );
  const marks = useMemo<Mark[]>(
    () =>
      ranged.exemplars.flatMap((s, i) =>
        s.exemplars.map((e) => ({ time: e.timestamp, value: parseValue(e.value), labels: { ...e.labels, series: formatSeries(s.seriesLabels) }, color: seriesColor(i) })),
      ),
    [ranged.exemplars],
  );
  return (
    <>
      <TimeSeries
        times={times}
        series={series}
        marks={marks}
        options={{ height, format, stacked, fill: stacked ? 0.55 : series.length === 1 ? 0.08 : 0, width: 1.6, stepped: false, points: false, spanGaps: false, log: false, ...(panel.yMin !== null && { min: panel.yMin }) }}
        focused={focused}
        onFocus={setNear}
        onZoom={onZoom}
        label={`Graph of ${panel.expr}`}
      />
      <Legend
        series={series}
        labels={ranged.result.map((s) => s.metric)}
        near={near}
        onHover={setFocused}
        onPick={(i, only) => {
          const names = series.map((s) => s.name);
          const name = names[i] ?? "";
          const alone = hidden.size === names.length - 1 && !hidden.has(name);
          if (only) setHidden(alone ? new Set() : new Set(names.filter((n) => n !== name)));
          else setHidden(new Set(hidden.has(name) ? [...hidden].filter((n) => n !== name) : [...hidden, name]));
        }}
      />
    </>
  );
}
