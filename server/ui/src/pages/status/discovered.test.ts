import { expect, test } from "vitest";
import type { Target } from "../../api/targets.ts";
import { discovered, narrow } from "./discovered.ts";

const active = { scrapePool: "b", labels: { instance: "b:1" }, discoveredLabels: { __address__: "10.0.0.1:80" } } as unknown as Target;
const all = discovered(
  { activeTargets: [active], droppedTargets: [{ scrapePool: "a", discoveredLabels: { __meta_kubernetes_pod_name: "web-0" } }], droppedTargetCounts: { a: 700, b: 0 } },
  ["c"],
);

test("every job is listed with what it found and what it dropped", () => {
  expect(all.map((d) => [d.pool, d.active.length, d.dropped, d.remembered.length])).toEqual([["a", 0, 700, 1], ["b", 1, 0, 0], ["c", 0, 0, 0]]);
});

test("a search looks at jobs and at labels on both sides of relabeling", () => {
  const pools = (query: string, show: "all" | "scraped" | "dropped" = "all") => narrow(all, query, show).map((d) => d.pool);
  expect(pools("")).toEqual(["a", "b", "c"]);
  expect(pools("web-0")).toEqual(["a"]);
  expect(pools("10.0.0.1 instance")).toEqual(["b"]);
  expect(pools("b 10.0.0.1")).toEqual(["b"]);
  expect(pools("nothing")).toEqual([]);
  expect(pools("", "scraped")).toEqual(["b"]);
  expect(pools("", "dropped")).toEqual(["a"]);
});
