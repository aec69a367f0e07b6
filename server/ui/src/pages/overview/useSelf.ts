import { metricSum, type SelfMetrics } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";

const names = [
  "process_resident_memory_bytes",
  "process_cpu_seconds_total",
  "process_open_fds",
  "process_max_fds",
  "prometheus_tsdb_head_series",
  "prometheus_tsdb_head_chunks_storage_size_bytes",
  "prometheus_tsdb_storage_blocks_bytes",
  "prometheus_tsdb_wal_storage_size_bytes",
  "prometheus_tsdb_blocks_loaded",
  "prometheus_tsdb_retention_limit_bytes",
  "prometheus_tsdb_lowest_timestamp_seconds",
] as const;

type Name = (typeof names)[number];

/** The server's own metrics, asked for directly: it need not scrape itself. */
export function useSelf(): (name: Name) => number | undefined {
  const { data } = useApi<SelfMetrics>("status/self_metrics", { metric_name_pattern: names.join("|") }, { every: 15_000 });
  return (name) => metricSum(data, name);
}

/** Go's way to say that there is no limit. */
const noLimit = 2 ** 62;

export function memoryLimit(gomemlimit: number | undefined): number {
  return gomemlimit !== undefined && gomemlimit < noLimit ? gomemlimit : 0;
}
