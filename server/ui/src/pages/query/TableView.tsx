import { useRef } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useSettings } from "../../app/settings.ts";
import type { HistogramSample, InstantResult, Sample } from "../../api/query.ts";
import { formatTime } from "../../format/time.ts";
import { formatSeries, type Labels } from "../../promql/series.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Empty } from "../../ui/Note.tsx";
import { SeriesName } from "../../ui/SeriesName.tsx";
import { HistogramView } from "./HistogramView.tsx";
import styles from "./TableView.module.css";

/** The table's rows, whatever the type of the answer. */
interface Row {
  labels: Labels;
  samples: Sample[];
  histograms: HistogramSample[];
  range: boolean;
}

function rowsOf(data: InstantResult): Row[] {
  switch (data.resultType) {
    case "vector":
      return data.result.map((s) => ({ labels: s.metric, samples: s.value ? [s.value] : [], histograms: s.histogram ? [s.histogram] : [], range: false }));
    case "matrix":
      return data.result.map((s) => ({ labels: s.metric, samples: s.values ?? [], histograms: s.histograms ?? [], range: true }));
    default:
      return [{ labels: {}, samples: [data.result], histograms: [], range: false }];
  }
}

/** From how many rows on only those in view are drawn. */
const virtualFrom = 150;

/** The answer to an instant query. */
export function TableView({ result }: { result: InstantResult }) {
  const rows = rowsOf(result);
  if (rows.length === 0) return <Empty title="No series">Nothing matches the expression at this time.</Empty>;
  const scalar = result.resultType === "scalar" || result.resultType === "string";
  if (rows.length < virtualFrom) {
    return (
      <div className={styles.rows} role="table" aria-label="Result">
        {rows.map((row, i) => (
          <RowView key={i} row={row} scalar={scalar} />
        ))}
      </div>
    );
  }
  return <VirtualRows rows={rows} />;
}

function VirtualRows({ rows }: { rows: Row[] }) {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is memoized by the compiler
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => 27, overscan: 20 });
  return (
    <div ref={box} className={styles.window}>
      <div className={styles.rows} role="table" aria-label="Result" aria-rowcount={rows.length} style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => (
          <div key={item.key} ref={virtual.measureElement} data-index={item.index} className={styles.virtual} style={{ transform: `translateY(${item.start}px)` }}>
            <RowView row={rows[item.index] ?? { labels: {}, samples: [], histograms: [], range: false }} scalar={false} />
          </div>
        ))}
      </div>
    </div>
  );
}

function RowView({ row, scalar }: { row: Row; scalar: boolean }) {
  const { zone } = useSettings();
  return (
    <div className={styles.row} role="row">
      <div className={styles.series} role="cell">
        {scalar ? <span className={styles.scalar}>scalar</span> : <SeriesName labels={row.labels} />}
        {!scalar && <CopyButton className={styles.copy} title="Copy the series" size={13} text={() => formatSeries(row.labels)} />}
      </div>
      <div className={styles.value} role="cell">
        {row.samples.map(([t, v]) => (
          <div key={t} title={formatTime(t * 1000, zone)}>
            {v}
            {row.range && <span className={styles.at}> @ {formatTime(t * 1000, zone)}</span>}
          </div>
        ))}
        {row.histograms.map(([t, h]) => (
          <div key={t}>
            <HistogramView histogram={h} />
            {row.range && <span className={styles.at}>@ {formatTime(t * 1000, zone)}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}
