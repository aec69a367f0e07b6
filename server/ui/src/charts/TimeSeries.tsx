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
  const chart = useRef<uPlot>(null);
  useEffect(() => {
    latest.current = { marks, onFocus, onZoom };
  });

  const { stacked } = options;
  const data = useMemo<uPlot.AlignedData>(() => {
    const visible = series.map((s) => (s.hidden ? s.values.map(() => null) : s.values));
    return [times, ...(stacked ? stack(visible) : visible)];
  }, [times, series, stacked]);

  // Options hold no samples: a refresh must not make the chart anew.
  const shape = JSON.stringify([series.map(({ values: _values, ...rest }) => rest), options, zone, dark]);
  const made = useMemo(
    () =>
      lineOptions(chartTheme(), series, { ...options, zone, limits: options.limits ?? noLimits }, {
        cursor: (u) => {
          chart.current = u;
          const { idx, left = -1, top = -1 } = u.cursor;
          setPointer(idx === null || idx === undefined || left < 0 ? null : { index: idx, left: left + u.bbox.left / devicePixelRatio, top, mark: nearestMark(u, latest.current.marks) });
        },
        focus: (index) => {
          setNear(index === null ? null : index - 1);
          latest.current.onFocus?.(index === null ? null : index - 1);
        },
        zoom: (from, to) => latest.current.onZoom(from, to),
        marks: () => latest.current.marks,
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- shape is all that the options depend on
    [shape],
  );
  useUPlot(box, made, data);

  useEffect(() => {
    chart.current?.redraw(false);
  }, [marks]);

  useEffect(() => {
    chart.current?.setSeries(focused === null ? null : focused + 1, { focus: focused !== null }, false);
  }, [focused]);

  return (
    <div className={styles.chart} onMouseLeave={() => setPointer(null)}>
      <div ref={box} role="img" aria-label={label} />
      {pointer && <Tooltip pointer={pointer} time={times[pointer.index] ?? 0} series={series} near={near} format={options.format} />}
    </div>
  );
}
