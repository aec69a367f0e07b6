import type { CSSProperties } from "react";
import type uPlot from "uplot";
import { useSettings } from "../app/settings.ts";
import { formatTime } from "../format/time.ts";
import type { ChartSeries, Mark } from "./series.ts";
import styles from "./Tooltip.module.css";

/** Where the cursor is. */
export interface Pointer {
  index: number;
  /** Pixels from the chart's left edge and the plot's top. */
  left: number;
  top: number;
  mark: Mark | null;
}

interface Props {
  pointer: Pointer;
  /** Seconds. */
  time: number;
  series: readonly ChartSeries[];
  /** The series closest to the cursor. */
  near: number | null;
  format: (v: number) => string;
}

const shown = 12;

/** What the chart says at the cursor: the closest series first, else the largest. */
export function Tooltip({ pointer, time, series, near, format }: Props) {
  const { zone } = useSettings();
  const rows = series
    .map((s, i) => ({ s, i, value: s.values[pointer.index] ?? null }))
    .filter((r) => r.value !== null && !r.s.hidden)
    .sort((a, b) => Number(b.i === near) - Number(a.i === near) || (b.value ?? 0) - (a.value ?? 0));
  if (rows.length === 0 && !pointer.mark) return null;
  return (
    <div className={styles.tip} style={tipPlace(pointer.left, pointer.top)}>
      <div className={styles.time}>{formatTime((pointer.mark?.time ?? time) * 1000, zone)}</div>
      {pointer.mark && <MarkRows mark={pointer.mark} format={format} />}
      {!pointer.mark &&
        rows.slice(0, shown).map(({ s, i, value }) => (
          <div key={i} className={`${styles.row} ${i === near ? styles.near : ""}`}>
            <span className={styles.swatch} style={{ background: s.color }} />
            <span className={styles.name}>{s.name}</span>
            <span className={styles.value}>{(s.unit ?? format)(value ?? 0)}</span>
          </div>
        ))}
      {!pointer.mark && rows.length > shown && <div className={styles.more}>{rows.length - shown} more</div>}
    </div>
  );
}

function MarkRows({ mark, format }: { mark: Mark; format: (v: number) => string }) {
  return (
    <>
      <div className={styles.row}>
        <span className={styles.name}>Exemplar</span>
        <span className={styles.value}>{format(mark.value)}</span>
      </div>
      {Object.entries(mark.labels).map(([name, value]) => (
        <div key={name} className={styles.row}>
          <span className={styles.name}>{name}</span>
          <span className={styles.value}>{value}</span>
        </div>
      ))}
    </>
  );
}

/** Beside the cursor, on the side where there is room. */
export function tipPlace(left: number, top: number): CSSProperties {
  const side = left > innerWidth * 0.4 ? { left: left - 14, transform: "translateX(-100%)" } : { left: left + 14 };
  return { top: Math.max(0, top - 8), ...side };
}

const reach = 9;

/** The mark under the cursor, if there is one. */
export function nearestMark(u: uPlot, marks: readonly Mark[]): Mark | null {
  const { left = -1, top = -1 } = u.cursor;
  let best: Mark | null = null;
  let distance = reach;
  for (const mark of marks) {
    const d = Math.hypot(u.valToPos(mark.time, "x") - left, u.valToPos(mark.value, "y") - top);
    if (d < distance) [best, distance] = [mark, d];
  }
  return best;
}
