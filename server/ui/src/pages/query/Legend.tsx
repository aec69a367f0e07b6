import { useState } from "react";
import type { ChartSeries } from "../../charts/series.ts";
import type { Labels } from "../../promql/series.ts";
import { Button } from "../../ui/Button.tsx";
import { SeriesName } from "../../ui/SeriesName.tsx";
import styles from "./Legend.module.css";

interface Props {
  series: readonly ChartSeries[];
  labels: readonly Labels[];
  /** The series closest to the cursor in the chart. */
  near: number | null;
  onHover: (index: number | null) => void;
  /** A click shows one alone, with Ctrl it takes one away or brings it back. */
  onPick: (index: number, only: boolean) => void;
}

const shown = 60;

/** The series of a graph. */
export function Legend({ series, labels, near, onHover, onPick }: Props) {
  const [all, setAll] = useState(false);
  const rows = all ? series : series.slice(0, shown);
  return (
    <div className={styles.legend} onMouseLeave={() => onHover(null)}>
      {rows.map((s, i) => (
        <button
          key={s.name}
          type="button"
          className={`${styles.row} ${s.hidden ? styles.hidden : ""} ${near === i ? styles.near : ""}`}
          aria-pressed={!s.hidden}
          title="Click: only this series. Ctrl+click: hide or show it."
          onMouseEnter={() => onHover(i)}
          onClick={(e) => onPick(i, !(e.ctrlKey || e.metaKey))}
        >
          <span className={styles.swatch} style={{ background: s.color }} />
          <SeriesName labels={labels[i] ?? {}} />
        </button>
      ))}
      {series.length > rows.length && <Button onClick={() => setAll(true)}>Show all {series.length} series</Button>}
    </div>
  );
}
