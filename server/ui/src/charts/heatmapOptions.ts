import type uPlot from "uplot";
import type { Zone } from "../format/time.ts";
import { timeAxis, tzDate, valueAxis } from "./axes.ts";
import type { Cell, HeatmapData } from "./cells.ts";
import { rampColor } from "./ramp.ts";
import type { ChartTheme } from "./theme.ts";

export interface HeatmapHooks {
  /** The data as they are now: options outlive a refresh. */
  data: () => HeatmapData;
  format: (v: number) => string;
  hover: (u: uPlot, cell: Cell | null) => void;
  zoom: (fromMs: number, toMs: number) => void;
}

/** The options of uPlot for buckets over time. */
export function heatmapOptions(theme: ChartTheme, height: number, zone: Zone, dark: boolean, hooks: HeatmapHooks): Omit<uPlot.Options, "width"> {
  const { data } = hooks;
  const { rows } = data();
  const [low, high] = valueRange(data());
  const log = rows.length === 0 && low > 0 && high / low > 50;
  const label = (v: number) => (Number.isInteger(v) && v > 0 ? rowLabel(rows[v - 1], hooks.format) : "");
  const shiftDate = tzDate(zone);
  return {
    height,
    padding: [8, 18, 0, 0],
    ...(shiftDate && { tzDate: shiftDate }),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: () => timeRange(data()) },
      y: { range: () => valueRange(data()), ...(log && { distr: 3 as const }) },
    },
    axes: [
      { ...timeAxis(theme, zone), grid: { show: false } },
      { ...valueAxis(theme, "y", rows.length > 0 ? label : hooks.format), grid: { show: false } },
    ],
    series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
    hooks: {
      drawClear: [(u) => drawCells(u, data(), dark)],
      setCursor: [(u) => hooks.hover(u, cellAt(u, data()))],
      setSelect: [
        (u) => {
          if (u.select.width > 4) hooks.zoom(u.posToVal(u.select.left, "x") * 1000, u.posToVal(u.select.left + u.select.width, "x") * 1000);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function rowLabel(bound: string | undefined, format: (v: number) => string): string {
  if (bound === undefined) return "";
  const value = Number(bound);
  return Number.isFinite(value) ? format(value) : bound;
}

function timeRange(data: HeatmapData): [number, number] {
  return [(data.times[0] ?? 0) - data.step / 2, (data.times.at(-1) ?? 1) + data.step / 2];
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

function drawCells(u: uPlot, data: HeatmapData, dark: boolean): void {
  const { ctx, bbox } = u;
  let most = 1e-12;
  for (const c of data.cells) most = Math.max(most, c.count);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const c of data.cells) {
    const center = data.times[c.column] ?? 0;
    const left = Math.round(u.valToPos(center - data.step / 2, "x", true));
    const right = Math.round(u.valToPos(center + data.step / 2, "x", true));
    const top = Math.round(u.valToPos(c.high, "y", true));
    const bottom = Math.round(u.valToPos(c.low, "y", true));
    // Lines between cells help as long as cells are wider than lines.
    const gap = right - left > 7 ? 1 : 0;
    // The root keeps rare buckets visible beside frequent ones.
    ctx.fillStyle = rampColor(Math.sqrt(c.count / most), dark);
    ctx.fillRect(left, top, Math.max(1, right - left - gap), Math.max(1, bottom - top - (bottom - top > 5 ? 1 : 0)));
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
