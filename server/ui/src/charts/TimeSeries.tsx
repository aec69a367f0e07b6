import { useEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { useDark, useSettings } from "../app/settings.ts";
import { lineOptions, type LineOptions } from "./options.ts";
import type { ChartSeries, Limit, Mark } from "./series.ts";
import { stack } from "./stack.ts";
import { chartTheme } from "./theme.ts";
import { nearestMark, Tooltip, type Pointer } from "./Tooltip.tsx";
import { useUPlot } from "./useUPlot.ts";
import styles from "./TimeSeries.module.css";

interface Props {
  /** Seconds. */
  times: number[];
  series: readonly ChartSeries[];
  marks?: readonly Mark[];
  options: Omit<LineOptions, "zone" | "limits"> & { limits?: readonly Limit[] };
  /** The series that the legend points at. */
  focused?: number | null;
  onFocus?: (series: number | null) => void;
  onZoom: (fromMs: number, toMs: number) => void;
  label: string;
}

const noMarks: readonly Mark[] = [];
const noLimits: readonly Limit[] = [];

/** Lines over time with a cursor that reads them; dragging selects a range. */
export function TimeSeries({ times, series, marks = noMarks, options, focused = null, onFocus, onZoom, label }: Props) {
  const dark = useDark();
  const { zone } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState<Pointer | null>(null);
  const [near, setNear] = useState<number | null>(null);
  const latest = useRef({ marks, onFocus, onZoom });
  useEffect(() => {
    latest.current = { marks, onFocus, onZoom };
  });

  const { stacked } = options;
  const data = useMemo<uPlot.AlignedData>(() => {
    const visible = series.map((s) => (s.hidden ? s.values.map(() => null) : s.values));
    return [times, ...(stacked ? stack(visible) : visible)];
  }, [times, series, stacked]);

  const looks = series.map(({ name, color, hidden, draw, dash, fill, width, right }) => ({ name, color, hidden, draw, dash, fill, width, right }));
  const shape = JSON.stringify([looks, options, zone, dark]);
  const chart = useUPlot(
    box,
    shape,
    () =>
      lineOptions(chartTheme(), series, { ...options, zone, limits: options.limits ?? noLimits }, {
        cursor: (u) => {
          const { idx, left = -1, top = -1 } = u.cursor;
          const at = left + u.bbox.left / devicePixelRatio;
          setPointer(idx === null || idx === undefined || left < 0 ? null : { index: idx, left: at, top, mark: nearestMark(u, latest.current.marks) });
        },
        focus: (index) => {
          setNear(index === null ? null : index - 1);
          latest.current.onFocus?.(index === null ? null : index - 1);
        },
        zoom: (from, to) => latest.current.onZoom(from, to),
        marks: () => latest.current.marks,
      }),
    data,
  );

  useEffect(() => {
    chart.current?.redraw(false);
  }, [chart, marks]);

  useEffect(() => {
    chart.current?.setSeries(focused === null ? null : focused + 1, { focus: focused !== null }, false);
  }, [chart, focused]);

  return (
    <div className={styles.chart} onMouseLeave={() => setPointer(null)}>
      <div ref={box} role="img" aria-label={label} />
      {pointer && <Tooltip pointer={pointer} time={times[pointer.index] ?? 0} series={series} near={near} format={options.format} />}
    </div>
  );
}
