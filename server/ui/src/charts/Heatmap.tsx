import { useEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { useDark, useSettings } from "../app/settings.ts";
import { compact } from "../format/number.ts";
import { formatTime } from "../format/time.ts";
import type { Cell, HeatmapData } from "./cells.ts";
import { heatmapOptions } from "./heatmapOptions.ts";
import { chartTheme } from "./theme.ts";
import { tipPlace } from "./Tooltip.tsx";
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
  const latest = useRef({ data, onZoom });
  useEffect(() => {
    latest.current = { data, onZoom };
  });

  const shape = JSON.stringify([height, zone, dark, data.rows]);
  const aligned = useMemo<uPlot.AlignedData>(() => [data.times, data.times.map(() => null)], [data]);
  useUPlot(
    box,
    shape,
    () =>
      heatmapOptions(chartTheme(), height, zone, dark, {
        data: () => latest.current.data,
        format,
        hover: (u, cell) => setHover(cell ? { cell, left: (u.cursor.left ?? 0) + u.bbox.left / devicePixelRatio, top: u.cursor.top ?? 0 } : null),
        zoom: (from, to) => latest.current.onZoom(from, to),
      }),
    aligned,
  );

  return (
    <div className={styles.chart} onMouseLeave={() => setHover(null)}>
      <div ref={box} role="img" aria-label={label} />
      {hover && (
        <div className={tip.tip} style={tipPlace(hover.left, hover.top)}>
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
