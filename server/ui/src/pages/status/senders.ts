/** What the server's own metrics tell of remote write. */
import type { SelfMetrics } from "../../api/status.ts";

/** One receiver, as its metrics describe it. Numbers that are missing are 0. */
export interface Sender {
  name: string;
  url: string;
  /** Seconds between the newest sample there is and the newest that was sent. */
  behind: number;
  pending: number;
  shards: number;
  wanted: number;
  most: number;
  sent: number;
  failed: number;
  retried: number;
  dropped: number;
  bytes: number;
}

export const senderMetrics = "prometheus_remote_storage_.*";

const prefix = "prometheus_remote_storage_";

/** Reads the receivers from the metrics, by name. */
export function readSenders(families: SelfMetrics): Sender[] {
  const found = new Map<string, { name: string; url: string; values: Map<string, number> }>();
  let newest = 0;
  for (const family of families) {
    if (!family.name.startsWith(prefix)) continue;
    const metric = family.name.slice(prefix.length);
    for (const m of family.metric ?? []) {
      const label = (name: string) => m.label?.find((l) => l.name === name)?.value ?? "";
      const value = Number((m.gauge ?? m.counter ?? m.untyped)?.value ?? 0);
      if (metric === "highest_timestamp_in_seconds") newest = value;
      if (label("url") === "") continue;
      const key = `${label("remote_name")} ${label("url")}`;
      const sender = found.get(key) ?? { name: label("remote_name"), url: label("url"), values: new Map<string, number>() };
      // Some have a reason besides.
      sender.values.set(metric, (sender.values.get(metric) ?? 0) + value);
      found.set(key, sender);
    }
  }
  return [...found.values()]
    .map(({ name, url, values }): Sender => {
      const get = (metric: string) => values.get(metric) ?? 0;
      const last = get("queue_highest_sent_timestamp_seconds");
      return {
        name,
        url,
        behind: last > 0 ? Math.max(0, (get("queue_highest_timestamp_seconds") || newest) - last) : 0,
        pending: get("samples_pending") + get("histograms_pending") + get("exemplars_pending"),
        shards: get("shards"),
        wanted: get("shards_desired"),
        most: get("shards_max"),
        sent: get("samples_total") + get("histograms_total"),
        failed: get("samples_failed_total") + get("histograms_failed_total"),
        retried: get("samples_retried_total") + get("histograms_retried_total"),
        dropped: get("samples_dropped_total") + get("histograms_dropped_total"),
        bytes: get("bytes_total"),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
