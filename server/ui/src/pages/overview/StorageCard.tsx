import { Link } from "wouter";
import { bytes, compact, grouped } from "../../format/number.ts";
import { humanSeconds } from "../../format/duration.ts";
import type { Guards } from "../../api/status.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { useNow } from "../../ui/useNow.ts";
import { Sparkline } from "./Sparkline.tsx";
import { useSelf } from "./useSelf.ts";
import styles from "./Overview.module.css";

interface Props {
  retention: string | undefined;
  disk: Guards["disk"] | undefined;
}

export function StorageCard({ retention, disk }: Props) {
  const self = useSelf();
  const now = useNow(60_000);
  const series = self("prometheus_tsdb_head_series");
  const used = total(self("prometheus_tsdb_storage_blocks_bytes"), self("prometheus_tsdb_wal_storage_size_bytes"), self("prometheus_tsdb_head_chunks_storage_size_bytes"));
  const limit = self("prometheus_tsdb_retention_limit_bytes") ?? 0;
  const lowest = self("prometheus_tsdb_lowest_timestamp_seconds");
  const blocks = self("prometheus_tsdb_blocks_loaded");
  return (
    <Card title={<Link href="/tsdb-status" className={styles.link}>Storage</Link>} note={retention && `keeps ${retention}`}>
      <Figures>
        <Figure label="Series in memory" value={series === undefined ? "–" : compact(series)} {...(series !== undefined && { title: grouped(series) })} />
        <Figure label="On disk" value={used === undefined ? "–" : bytes(used)} note={blocks !== undefined && `${grouped(blocks)} blocks`} />
        <Figure label="Reaches back" value={lowest && lowest > 0 ? humanSeconds(Math.floor(now / 1000 - lowest)) : "–"} />
      </Figures>
      {limit > 0 && used !== undefined && (
        <div className={styles.meter}>
          <div className={styles.meterLabel}>
            <span>Of the size retention</span>
            <span>{bytes(limit)}</span>
          </div>
          <Meter label="Size retention used" fraction={used / limit} tone="accent" />
        </div>
      )}
      {disk && disk.total > 0 && (
        <div className={styles.meter}>
          <div className={styles.meterLabel}>
            <span>Volume</span>
            <span>
              {bytes(disk.available)} free of {bytes(disk.total)}, {bytes(disk.reserve)} reserved
            </span>
          </div>
          <Meter label="Volume used" fraction={1 - disk.available / disk.total} tone={disk.paused ? "bad" : disk.available < 2 * disk.reserve ? "warn" : "accent"} />
        </div>
      )}
      <Sparkline query="sum(rate(prometheus_tsdb_head_samples_appended_total[5m]))" label="Samples appended a second" />
    </Card>
  );
}

function total(...parts: (number | undefined)[]): number | undefined {
  return parts.every((p) => p === undefined) ? undefined : parts.reduce<number>((sum, p) => sum + (p ?? 0), 0);
}
