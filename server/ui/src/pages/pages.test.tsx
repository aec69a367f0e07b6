import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { AlertingRule, RuleGroup } from "../api/rules.ts";
import { settings } from "../app/settings.ts";
import { showPage } from "../testing/page.tsx";
import AlertsPage from "./alerts/AlertsPage.tsx";
import DropInsPage from "./dropins/DropInsPage.tsx";
import ExplainPage from "./explain/ExplainPage.tsx";
import { Overview } from "./overview/Overview.tsx";
import RulesPage from "./rules/RulesPage.tsx";
import { DiscoveryTab } from "./status/DiscoveryTab.tsx";
import TargetsPage from "./targets/TargetsPage.tsx";

const minuteAgo = new Date(Date.now() - 60_000).toISOString();
const ref = { namespace: "shop", name: "api", key: "a.yaml" };

const slow: AlertingRule = {
  type: "alerting", name: "Slow", query: "latency > 1", state: "pending", duration: 300, keepFiringFor: 0, health: "ok", evaluationTime: 0.01, lastEvaluation: minuteAgo,
  labels: { severity: "critical" }, annotations: { summary: "Too slow" },
  alerts: [{ labels: { alertname: "Slow", severity: "critical", pod: "api-0" }, annotations: { summary: "api-0 is too slow", runbook_url: "https://runbooks.example.org/Slow" }, state: "pending", activeAt: minuteAgo, value: "1.5e+00" }],
};
const quiet: AlertingRule = { ...slow, name: "Quiet", state: "inactive", alerts: [], health: "err", lastError: "cannot be evaluated" };
const group: RuleGroup = { name: "latency", file: "shop/api/a.yaml", rules: [slow, quiet], interval: 30, limit: 0, evaluationTime: 0.02, lastEvaluation: minuteAgo };
const dropIns = {
  digest: "0123456789abcdef",
  items: [],
  sidecar: {
    synced: true,
    dropIns: [
      { ref, kind: "rules", state: "active", since: minuteAgo, version: "2", running: "2" },
      { ref: { ...ref, key: "bad.yaml" }, kind: "rules", state: "stale", since: minuteAgo, version: "9", running: "7", problems: [{ ref, kind: "rules", line: 5, code: "rules/bad-expression", message: "unclosed parenthesis", remedy: "Close it.", excerpt: { first: 4, lines: ["- alert: X", "  expr: sum(", "  for: 5m"] } }] },
    ],
  },
};
const target = (instance: string, health: string, lastError = "") => ({
  scrapePool: "shop/api/a.yaml/api", scrapeUrl: `http://${instance}/metrics`, globalUrl: `http://${instance}/metrics`, labels: { instance, job: "api" }, discoveredLabels: { __address__: instance, __meta_kubernetes_pod_name: "api-0" },
  health, lastError, lastScrape: minuteAgo, lastScrapeDuration: 0.01, scrapeInterval: "30s", scrapeTimeout: "10s",
});

test("alerts: what is active is shown with its progress, its owner and its links", async () => {
  showPage(<AlertsPage />, { answers: { rules: { groups: [group] }, "status/dropins": dropIns, alertmanagers: { activeAlertmanagers: [{ url: "http://am:9093/prefix/api/v2/alerts" }], droppedAlertmanagers: [] } } });
  expect(await screen.findByText("Slow")).toBeTruthy();
  expect(screen.queryByText("Quiet")).toBeNull();
  expect(await screen.findByTitle("Drop-in shop/api/a.yaml")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Slow" }));
  expect(screen.getByRole("meter", { name: /for/ }).getAttribute("aria-valuenow")).toMatch(/^0\.2/);
  expect(screen.getByTitle("Open in Query").getAttribute("href")).toBe("/query?g0.expr=latency+%3E+1&g0.tab=graph");
  expect(screen.getByText("https://runbooks.example.org/Slow").getAttribute("rel")).toBe("noreferrer");
  await waitFor(() => expect(screen.getByText("Silence").getAttribute("href")).toBe(`http://am:9093/prefix/#/silences/new?filter=${encodeURIComponent('{alertname="Slow", severity="critical", pod="api-0"}')}`));
});

test("alerts: the filter is in the address", async () => {
  showPage(<AlertsPage />, { at: "/alerts?state=all&q=quiet", answers: { rules: { groups: [group] } } });
  expect(await screen.findByText("Quiet")).toBeTruthy();
  expect(screen.queryByText("Slow")).toBeNull();
  await userEvent.click(screen.getByRole("radio", { name: /^Firing/ }));
  expect(location.search).toContain("state=firing");
});

test("rules: failing ones say why, and a search for the owner finds the group", async () => {
  showPage(<RulesPage />, { at: "/rules?q=shop%2Fapi", answers: { rules: { groups: [group, { ...group, name: "other", file: "/etc/rules.yaml" }] }, "status/dropins": dropIns } });
  expect(await screen.findByRole("heading", { name: "latency" })).toBeTruthy();
  expect(screen.queryByRole("heading", { name: "other" })).toBeNull();
  expect(screen.getByText("cannot be evaluated")).toBeTruthy();
});

test("targets: failures are told in full, and labels before relabeling are a click away", async () => {
  showPage(<TargetsPage />, { answers: { targets: { activeTargets: [target("a:1", "up"), target("a:2", "down", "connection refused by somebody")], droppedTargets: [] }, "status/dropins": dropIns } });
  expect(await screen.findByText(/connection refused by somebody/)).toBeTruthy();
  expect(screen.getByText("1 down")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "http://a:2/metrics" }));
  expect(screen.getByText("__meta_kubernetes_pod_name")).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: /^Up/ }));
  expect(screen.queryByText(/connection refused/)).toBeNull();
});

test("drop-ins: the line at fault is shown in its text", async () => {
  showPage(<DropInsPage />, { at: "/drop-ins?drop-in=shop%2Fapi%2Fbad.yaml", answers: { "status/dropins": dropIns } });
  expect(await screen.findByText("Line 5:")).toBeTruthy();
  expect(screen.getByText("expr: sum(", { exact: false }).className).toContain("fault");
  expect(screen.getByText("Close it.")).toBeTruthy();
  expect(screen.getByText("9")).toBeTruthy();
  expect(screen.getByText("7")).toBeTruthy();
});

test("drop-ins: a server without them says so", async () => {
  showPage(<DropInsPage />);
  expect(await screen.findByText("This server takes no drop-ins")).toBeTruthy();
});

test("explain: the answer stands first, then the rule that dropped", async () => {
  const drop = { number: 1, rule: { source_labels: ["app"], regex: "api", action: "keep" }, sources: [{ label: "app", value: "x" }], keep: false };
  showPage(<ExplainPage />, {
    at: "/explain?target=pod%2Fshop%2Fapi-0",
    answers: {
      explain: (p: URLSearchParams) => ({
        target: p.get("target"), object: { kind: "pod", name: "api-0" }, exists: true, scraped: false, summary: "It is not scraped.", remedy: "Label it.", considered: 3, excluded: { unseen: 1, foreignNamespace: 1, unrouted: 0 },
        jobs: [{ scrapePool: "shop/api/a.yaml/api", dropIn: ref, address: "10.0.0.1:80", discoveredLabels: { app: "x" }, outcome: "dropped", cause: "relabeling", reason: "drops it at relabel step 1", drop, steps: [drop] }],
      }),
    },
  });
  expect(await screen.findByText("It is not scraped.")).toBeTruthy();
  expect(screen.getByText("Label it.")).toBeTruthy();
  expect(screen.getByText("keep only if app matches api")).toBeTruthy();
  expect(screen.getByText("x")).toBeTruthy();
});

test("overview: says that all is well only when everything was asked", async () => {
  const up = { resultType: "vector", result: [{ metric: { job: "a" }, value: [1, "3"] }] };
  const answers = {
    query: (p: URLSearchParams) => (p.get("query")?.includes("== 1") ? up : { resultType: "vector", result: [] }),
    query_range: { resultType: "matrix", result: [] },
    alerts: { alerts: [] },
    rules: { groups: [] },
    "status/runtimeinfo": { reloadConfigSuccess: true, corruptionCount: 0, hostname: "h", startTime: minuteAgo, lastConfigTime: minuteAgo, GOMEMLIMIT: 1 << 30, GOMAXPROCS: 2, goroutineCount: 5, storageRetention: "15d" },
    "status/self_metrics": [{ name: "process_resident_memory_bytes", metric: [{ gauge: { value: 100 << 20 } }] }],
    "status/dropins": { digest: "d", items: [] },
  };
  showPage(<Overview />, { answers });
  expect(await screen.findByText("All is well.")).toBeTruthy();
  expect(await screen.findByText("100 MiB")).toBeTruthy();
});

test("overview: what is wrong stands first, with the way to it", async () => {
  showPage(<Overview />, { answers: { "status/dropins": dropIns, alerts: { alerts: [] } } });
  const link = await screen.findByText("1 drop-in runs an older version, since the newest was refused");
  expect(link.getAttribute("href")).toBe("/drop-ins?show=care");
  expect(screen.queryByText("All is well.")).toBeNull();
});

test("targets: one job is chosen, by Prometheus' own parameters too", async () => {
  const other = { ...target("b:1", "up"), scrapePool: "other" };
  showPage(<TargetsPage />, { at: "/targets?pool=other", answers: { targets: { activeTargets: [target("a:1", "up"), other], droppedTargets: [] }, "status/dropins": dropIns } });
  expect(await screen.findByText("http://b:1/metrics")).toBeTruthy();
  expect(screen.queryByText("http://a:1/metrics")).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Job"), "");
  expect(screen.getByText("http://a:1/metrics")).toBeTruthy();
  expect(location.search).toBe("");
});

test("service discovery: labels are shown before and after relabeling, and what was dropped", async () => {
  showPage(<DiscoveryTab />, {
    at: "/service-discovery?search=api",
    answers: {
      targets: { activeTargets: [target("a:1", "up")], droppedTargets: [{ scrapePool: "shop/api/a.yaml/api", discoveredLabels: { __address__: "9.9.9.9:1" } }], droppedTargetCounts: { "shop/api/a.yaml/api": 3 } },
      scrape_pools: { scrapePools: ["shop/api/a.yaml/api", "unrelated"] },
      "status/dropins": dropIns,
    },
  });
  fireEvent.click(await screen.findByRole("button", { name: "shop/api/a.yaml/api" }));
  expect(screen.queryByRole("button", { name: "unrelated" })).toBeNull();
  expect(screen.getAllByRole("row").map((r) => r.textContent)).toEqual([
    "Discovered labelsTarget labels",
    '__address__="a:1"__meta_kubernetes_pod_name="api-0"up instance="a:1"job="api"',
    '__address__="9.9.9.9:1"dropped by relabeling Why?',
  ]);
  expect(screen.getByText("2 more dropped targets, not shown")).toBeTruthy();
  await userEvent.click(screen.getByRole("radio", { name: "Scraped 1" }));
  expect(screen.queryByText("dropped by relabeling")).toBeNull();
});

test("alerts: annotations are there at once if somebody wants them so", async () => {
  settings.set({ annotations: true });
  showPage(<AlertsPage />, { answers: { rules: { groups: [group] } } });
  expect(await screen.findByText("https://runbooks.example.org/Slow")).toBeTruthy();
  settings.set({ annotations: false });
  await waitFor(() => expect(screen.queryByText("https://runbooks.example.org/Slow")).toBeNull());
});
