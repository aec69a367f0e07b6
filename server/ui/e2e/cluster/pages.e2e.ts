/** Every page and every dashboard of the stack, on a cluster's own data. */
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { Browser } from "playwright-core";
import { openBoards } from "../boards.ts";
import { openBrowser, openPage, pictures, scrollThrough, settled, views } from "../browser.ts";

let browser: Browser;
let serverPod = "";
beforeAll(async () => {
  browser = await openBrowser();
  // On a cluster that has just come up the first scrapes are still to come, and a rate needs two.
  const found = await vi.waitFor(
    async () => {
      const answer = (await (await fetch(`${inject("pages")}api/v1/query?query=${encodeURIComponent('kube_pod_info{pod=~".*-server-0"} and on () rate(scrape_samples_scraped{job="node-exporter"}[5m])')}`)).json()) as {
        data: { result: { metric: { namespace: string; pod: string } }[] };
      };
      const metric = answer.data.result[0]?.metric;
      if (!metric) throw new Error("kube-state-metrics shows no pod of the server");
      return metric;
    },
    { timeout: 150_000, interval: 1000 },
  );
  serverPod = `pod/${found.namespace}/${found.pod}`;
}, 160_000);
afterAll(() => browser.close());

const pages: Record<string, { path: () => string; shows: string }> = {
  overview: { path: () => "", shows: "Overview" },
  "query-graph": { path: () => `graph?g0.expr=${encodeURIComponent("sum by (job) (rate(scrape_samples_scraped[5m]))")}&g0.tab=0`, shows: "node-exporter" },
  "query-table": { path: () => `query?g0.expr=${encodeURIComponent("up")}&g0.tab=table`, shows: "kube-state-metrics" },
  alerts: { path: () => "alerts", shows: "Watchdog" },
  rules: { path: () => "rules", shows: "Watchdog" },
  targets: { path: () => "targets", shows: "node-exporter" },
  "drop-ins": { path: () => "drop-ins", shows: "active" },
  explain: { path: () => `explain?target=${encodeURIComponent(serverPod)}`, shows: "scraped by" },
  tsdb: { path: () => "tsdb-status", shows: "__name__" },
  status: { path: () => "status", shows: "GOMAXPROCS" },
  config: { path: () => "config", shows: "scrape_interval" },
  flags: { path: () => "flags", shows: "drop-ins.dir" },
  "service-discovery": { path: () => "service-discovery", shows: "node-exporter" },
  "alertmanager-discovery": { path: () => "alertmanager-discovery", shows: "9093" },
  dashboards: { path: () => "dashboards", shows: "Cluster" },
};

/** Pixels of a page that are pictured. */
const highest = 6000;

describe.concurrent.each(Object.entries(views))("%s", (name, view) => {
  test.for(Object.entries(pages))("%s shows the cluster", async ([key, { path, shows }]) => {
    const { page, complaints } = await openPage(browser, view);
    await page.goto(inject("pages") + path());
    await page.getByText(shows).first().waitFor({ state: "attached" });
    await settled(page);
    // All rules are a picture of 70,000 pixels on a phone, which nothing opens and a browser draws for long.
    await scrollThrough(page, highest);
    await page.setViewportSize({ width: view.width, height: Math.min(highest, await page.evaluate(() => document.documentElement.scrollHeight)) });
    await page.screenshot({ path: `${pictures}/${key}-${name}.png` });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

test("every dashboard opens with the cluster's data", async () => {
  const boards = await openBoards(browser, inject("pages"), () => false);
  process.stdout.write(`${boards.opened} dashboards, panels by state: ${JSON.stringify(boards.states)}\n`);
  expect(boards.opened).toBeGreaterThanOrEqual(7);
  expect(boards.states["ok"] ?? 0).toBeGreaterThan(boards.states["empty"] ?? 0);
  expect(boards.wrong).toEqual([]);
}, 600_000);
