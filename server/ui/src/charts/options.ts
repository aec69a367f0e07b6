import uPlot from "uplot";
import type { Zone } from "../format/time.ts";
import { timeAxis, tzDate, valueAxis } from "./axes.ts";
import { faded, mixed } from "./palette.ts";
import type { ChartSeries, Limit, Mark } from "./series.ts";
import type { ChartTheme } from "./theme.ts";

export interface LineOptions {
  height: number;
  zone: Zone;
  format: (v: number) => string;
  stacked: boolean;
  /** Opacity under lines, 0 to 1. */
  fill: number;
  width: number;
  stepped: boolean;
  points: boolean;
  spanGaps: boolean;
  min?: number | undefined;
  max?: number | undefined;
  log: boolean;
  /** Values count bytes: steps of the axis are powers of two. */
  binary?: boolean;
  limits: readonly Limit[];
  /** Charts with the same key share their cursor. */
  sync?: string | undefined;
}

export interface Hooks {
  cursor: (u: uPlot) => void;
  focus: (series: number | null) => void;
  zoom: (fromMs: number, toMs: number) => void;
  marks: () => readonly Mark[];
}

/** The options of uPlot for lines, areas, bars and points over time. */
export function lineOptions(theme: ChartTheme, series: readonly ChartSeries[], o: LineOptions, hooks: Hooks): Omit<uPlot.Options, "width"> {
  const right = series.find((s) => s.right);
  const shiftDate = tzDate(o.zone);
  return {
    height: o.height,
    padding: [8, right ? 0 : 18, 0, 0],
    ...(shiftDate && { tzDate: shiftDate }),
    legend: { show: false },
    cursor: {
      y: false,
      focus: { prox: 24 },
      points: { size: 7, width: 2 },
      drag: { x: true, y: false, setScale: false },
      ...(o.sync !== undefined && { sync: { key: o.sync, setSeries: false } }),
    },
    focus: { alpha: 0.25 },
    scales: {
      x: { time: true },
      y: { range: valueRange(o), ...(o.log && { distr: 3 as const }) },
      ...(right && { right: { range: valueRange({ ...o, min: undefined, max: undefined }) } }),
    },
    axes: [timeAxis(theme, o.zone), valueAxis(theme, "y", o.format, 3, o.binary), ...(right ? [valueAxis(theme, "right", right.unit ?? o.format, 1)] : [])],
    series: [{}, ...series.map((s) => line(s, o, theme))],
    hooks: {
      setCursor: [hooks.cursor],
      setSeries: [(_u, index, opts) => "focus" in opts && hooks.focus(index)],
      setSelect: [
        (u) => {
          if (u.select.width > 4) hooks.zoom(u.posToVal(u.select.left, "x") * 1000, u.posToVal(u.select.left + u.select.width, "x") * 1000);
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [(u) => drawLimits(u, o.limits), (u) => drawMarks(u, hooks.marks())],
    },
  };
}

function line(s: ChartSeries, o: LineOptions, theme: ChartTheme): uPlot.Series {
  const draw = s.draw ?? "line";
  const fill = s.fill ?? o.fill;
  const paths =
    draw === "bars" ? uPlot.paths.bars?.({ size: [0.8, 40] }) : draw === "points" ? () => null : o.stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label: s.name,
    scale: s.right ? "right" : "y",
    show: !s.hidden,
    stroke: s.color,
    width: s.width ?? o.width,
    spanGaps: o.spanGaps,
    ...(s.dash && { dash: s.dash }),
    ...(fill > 0 && { fill: o.stacked ? mixed(s.color, fill, theme.ground) : faded(s.color, fill) }),
    ...(paths && { paths }),
    points: draw === "points" || o.points ? { show: true, size: 5 } : { show: lonely, size: 4, fill: s.color },
  };
}

/** Shows points only where no line can be: at samples without neighbours. */
function lonely(u: uPlot, index: number): boolean {
  const data = u.data[index] ?? [];
  let samples = 0;
  for (const value of data) if (value !== null && value !== undefined) samples++;
  return samples > 0 && samples < 3;
}

function valueRange(o: Pick<LineOptions, "min" | "max" | "stacked" | "fill" | "log">): uPlot.Range.Function {
  return (_u, low, high) => {
    if (low === null || high === null) return [o.min ?? 0, o.max ?? 1];
    if (o.log) {
      const positive = low > 0 ? low : Math.max(high / 1e6, 1e-9);
      return [o.min ?? 10 ** Math.floor(Math.log10(positive)), o.max ?? 10 ** Math.ceil(Math.log10(Math.max(high, positive * 10)))];
    }
    // An area starts at zero, or its size would mean nothing.
    const from = (o.stacked || o.fill > 0.2) && low > 0 ? 0 : low;
    const spread = high - from || Math.abs(high) * 0.2 || 1;
    const room = spread * 0.07;
    const bottom = from >= 0 && from - room < 0 ? 0 : from - room;
    return [o.min ?? (from === 0 ? 0 : bottom), o.max ?? high + room];
  };
}

function drawLimits(u: uPlot, limits: readonly Limit[]): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.setLineDash([6, 4]);
  ctx.lineWidth = devicePixelRatio;
  for (const { value, color } of limits) {
    const y = Math.round(u.valToPos(value, "y", true));
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = color;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function drawMarks(u: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = u;
  const size = 4 * devicePixelRatio;
  ctx.save();
  for (const { time, value, color } of marks) {
    const x = u.valToPos(time, "x", true);
    const y = Math.min(bbox.top + bbox.height, Math.max(bbox.top, u.valToPos(value, "y", true)));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.fillStyle = color;
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.closePath();
    ctx.fill();
  }
  ctx.restore();
}
