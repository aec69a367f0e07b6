import { expect, test } from "vitest";
import { readSenders } from "./senders.ts";

const label = (url: string, ...more: [string, string][]) => [["remote_name", "far"], ["url", url], ...more].map(([name = "", value = ""]) => ({ name, value }));

test("each receiver's metrics come together, and its delay is told", () => {
  const url = "https://far.example.org/write";
  const got = readSenders([
    { name: "prometheus_remote_storage_highest_timestamp_in_seconds", metric: [{ gauge: { value: 1_000 } }] },
    { name: "prometheus_remote_storage_queue_highest_sent_timestamp_seconds", metric: [{ label: label(url), gauge: { value: 940 } }] },
    { name: "prometheus_remote_storage_samples_total", metric: [{ label: label(url), counter: { value: "70" } }] },
    { name: "prometheus_remote_storage_samples_dropped_total", metric: [{ label: label(url, ["reason", "too_old"]), counter: { value: 2 } }, { label: label(url, ["reason", "relabeled"]), counter: { value: 3 } }] },
    { name: "prometheus_remote_storage_shards_max", metric: [{ label: label(url), gauge: { value: 50 } }] },
    { name: "prometheus_tsdb_head_series", metric: [{ gauge: { value: 1 } }] },
  ]);
  expect(got).toHaveLength(1);
  expect(got[0]).toMatchObject({ name: "far", url, behind: 60, sent: 70, dropped: 5, most: 50, failed: 0 });
});

test("a receiver that never got anything is not said to be behind since 1970", () => {
  const metric = [{ label: label("http://x"), gauge: { value: 0 } }];
  expect(readSenders([{ name: "prometheus_remote_storage_queue_highest_sent_timestamp_seconds", metric }])[0]?.behind).toBe(0);
});

test("without remote write there is none", () => {
  expect(readSenders([{ name: "prometheus_remote_storage_highest_timestamp_in_seconds", metric: [{ gauge: { value: 1 } }] }])).toEqual([]);
});
