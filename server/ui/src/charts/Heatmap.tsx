import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { useDark, useSettings } from "../app/settings.ts";
import { formatTime } from "../format/time.ts";
import { compact } from "../format/number.ts";
import { timeAxis, tzDate, valueAxis } from "./axes.ts";
import type { Cell, HeatmapData } from "./cells.ts";
import { chartTheme } from "./theme.ts";
import { useUPlot } from "./useUPlot.ts";
import tip from "./Tooltip.module.css";
import styles from "./TimeSeries.module.css";

interface Props {
  data: HeatmapData;
  height: number;
  format: (v: number) => string;
  onZoom: (fromMs: number, toMs: number) => void;
  label: string;
}

interface Hover {
  cell: Cell;
  left: number;
  top: number;
}

/** Buckets over time: the more observations, the stronger the colour. */
export function Heatmap({ data, height, format, onZoom, label }: Props) {
  const dark = useDark();
  const { zone } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const zoom = useRef(onZoom);
  useEffect(() => {
    zoom.current = onZoom;
  });

  const options = useMemo<Omit<uPlot.Options, "width">>(() => {
    const theme = chartTheme();
    const shiftDate = tzDate(zone);
    const range = valueRange(data);
    const most = Math.max(1e-12, ...data.cells.map((c) => c.count));
    const log = data.rows.length === 0 && range[0] > 0 && range[1] / range[0] > 50;
    const format_ = data.rows.length > 0 ? (v: number) => (Number.isInteger(v) ? rowLabel(data.rows[v - 1], format) : "") : format;
    return {
      height,
      padding: [8, 10, 0, 0],
      ...(shiftDate && { tzDate: shiftDate }),
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { time: true, range: [(data.times[0] ?? 0) - data.step / 2, (data.times.at(-1) ?? 1) + data.step / 2] },
        y: { range, ...(log && { distr: 3 as const }) },
      },
      axes: [timeAxis(theme, zone), valueAxis(theme, "y", format_)],
      series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
      hooks: {
        drawClear: [(u) => drawCells(u, data, most, dark)],
        setCursor: [
          (u) => {
            const cell = cellAt(u, data);
            setHover(cell ? { cell, left: (u.cursor.left ?? 0) + u.bbox.left / devicePixelRatio, top: u.cursor.top ?? 0 } : null);
          },
        ],
        setSelect: [
          (u) => {
            if (u.select.width > 4) zoom.current(u.posToVal(u.select.left, "x") * 1000, u.posToVal(u.select.left + u.select.width, "x") * 1000);
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }, [data, height, format, zone, dark]);
  const aligned = useMemo<uPlot.AlignedData>(() => [data.times, data.times.map(() => null)], [data]);
  useUPlot(box, options, aligned);

  return (
    <div className={styles.chart} onMouseLeave={() => setHover(null)}>
      <div ref={box} role="img" aria-label={label} />
      {hover && (
        <div className={tip.tip} style={{ top: hover.top, ...(hover.left > innerWidth * 0.4 ? { left: hover.left - 14, transform: "translateX(-100%)" } : { left: hover.left + 14 }) }}>
          <div className={tip.time}>{formatTime((data.times[hover.cell.column] ?? 0) * 1000, zone)}</div>
          <div className={tip.row}>
            <span className={tip.name}>{hover.cell.text}</span>
            <span className={tip.value}>{compact(hover.cell.count)}</span>
          </div>
        </div>
      )}
    </div>
  );
}

function rowLabel(bound: string | undefined, format: (v: number) => string): string {
  if (bound === undefined) return "";
  const value = Number(bound);
  return Number.isFinite(value) ? format(value) : bound;
}

function valueRange(data: HeatmapData): [number, number] {
  if (data.rows.length > 0) return [0, data.rows.length];
  let low = Infinity;
  let high = -Infinity;
  for (const c of data.cells) {
    if (Number.isFinite(c.low)) low = Math.min(low, c.low);
    if (Number.isFinite(c.high)) high = Math.max(high, c.high);
  }
  return low < high ? [low, high] : [0, 1];
}

function drawCells(u: uPlot, data: HeatmapData, most: number, dark: boolean): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const c of data.cells) {
    const center = data.times[c.column] ?? 0;
    const left = u.valToPos(center - data.step / 2, "x", true);
    const right = u.valToPos(center + data.step / 2, "x", true);
    const top = u.valToPos(c.high, "y", true);
    const bottom = u.valToPos(c.low, "y", true);
    // The root keeps rare buckets visible beside frequent ones.
    const strength = Math.sqrt(c.count / most);
    ctx.fillStyle = dark ? `hsl(${215 - 165 * strength} 80% ${18 + 48 * strength}%)` : `hsl(${205 + 40 * strength} ${60 + 25 * strength}% ${94 - 58 * strength}%)`;
    ctx.fillRect(left, top, Math.max(1, right - left - 0.5), Math.max(1, bottom - top - 0.5));
  }
  ctx.restore();
}

function cellAt(u: uPlot, data: HeatmapData): Cell | null {
  const { left = -1, top = -1 } = u.cursor;
  if (left < 0 || top < 0) return null;
  const time = u.posToVal(left, "x");
  const value = u.posToVal(top, "y");
  return data.cells.find((c) => Math.abs((data.times[c.column] ?? 0) - time) <= data.step / 2 && value >= c.low && value < c.high) ?? null;
}
