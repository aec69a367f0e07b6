import { expect, test } from "vitest";
import type { Health, Target } from "../../api/targets.ts";
import { countHealth, groupTargets, lines, search } from "./rows.ts";

const owner = { namespace: "shop", name: "api", key: "a.yaml" };
const owners = (pool: string) => (pool.startsWith("shop/api/a.yaml/") ? owner : undefined);

function target(scrapePool: string, instance: string, health: Health = "up", lastError = ""): Target {
  const labels = { instance, job: scrapePool.split("/").at(-1) ?? "" };
  return { scrapePool, scrapeUrl: `http://${instance}/metrics`, globalUrl: "", labels, discoveredLabels: {}, health, lastError, lastScrape: "", lastScrapeDuration: 0, scrapeInterval: "", scrapeTimeout: "" };
}

const targets = [target("node", "n2:1"), target("shop/api/a.yaml/api", "a:1"), target("shop/api/a.yaml/api", "a:2", "down", "connection refused"), target("node", "n1:1", "unknown")];

test("every word of the search must be found", () => {
  expect(search(targets, "")).toHaveLength(4);
  expect(search(targets, "REFUSED a:2")).toEqual([targets[2]]);
  expect(search(targets, 'instance="n1:1"')).toEqual([targets[3]]);
  expect(search(targets, "refused node")).toEqual([]);
});

test("jobs with a target down come first and are named as their authors named them", () => {
  const groups = groupTargets(targets, "job", owners);
  expect(groups.map((g) => [g.title, g.owner, g.counts])).toEqual([
    ["api", owner, { up: 1, down: 1, unknown: 0 }],
    ["node", undefined, { up: 1, down: 0, unknown: 1 }],
  ]);
  expect(groupTargets(targets, "owner", owners).map((g) => g.title)).toEqual(["shop/api/a.yaml", "Base configuration"]);
  expect(countHealth(targets)).toEqual({ up: 2, down: 1, unknown: 1 });
});

test("an open group shows what is down first", () => {
  const groups = groupTargets(targets, "job", owners);
  const shown = lines(groups, (key) => key.startsWith("shop"));
  expect(shown.map((l) => (l.kind === "group" ? l.title : l.target.health))).toEqual(["api", "down", "up", "node"]);
});
