import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, pictures, scrollThrough, settled, views } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const pages: Record<string, { path: string; shows: string }> = {
  overview: { path: "", shows: "Overview" },
  "query-table": { path: "query?g0.expr=sum%20by%20(handler%2C%20code)%20(rate(http_requests_total%5B5m%5D))&g0.tab=table", shows: "/checkout" },
  "query-graph": { path: "query?g0.expr=sum%20by%20(handler)%20(rate(http_requests_total%5B5m%5D))&g0.tab=graph&g0.range_input=3h", shows: "/checkout" },
  "query-stacked": { path: "query?g0.expr=sum%20by%20(pod%2Chandler)%20(rate(http_requests_total%5B5m%5D))&g0.tab=graph&g0.range_input=3h&g0.display_mode=stacked", shows: "/checkout" },
  "query-heatmap": { path: "query?g0.expr=sum%20by%20(le)%20(rate(http_request_duration_seconds_bucket%7Bhandler%3D%22%2Fsearch%22%7D%5B5m%5D))&g0.tab=graph&g0.range_input=3h&g0.display_mode=heatmap", shows: "Heatmap" },
  "query-native": { path: "query?g0.expr=http_request_duration_seconds&g0.tab=table", shows: "count" },
  "query-tree": { path: "query?g0.expr=sum%20by%20(job)%20(rate(http_requests_total%7Bcode%3D~%225..%22%7D%5B5m%5D))%20%2F%20sum%20by%20(job)%20(rate(http_requests_total%5B5m%5D))&g0.tab=explain", shows: "selector" },
  "query-error": { path: "query?g0.expr=sum(rate(http_requests_total%5B5m%5D)&g0.tab=table", shows: "parse error" },
  alerts: { path: "alerts", shows: "CheckoutIsSlow" },
  rules: { path: "rules", shows: "job_handler:http_requests:rate5m" },
  targets: { path: "targets", shows: "payment-gateway" },
  "drop-ins": { path: "drop-ins?drop-in=search%2Fsearch-rules%2Fsearch.yaml", shows: "search-rules" },
  explain: { path: "explain?target=pod%2Fshop%2Fdebug-0", shows: "Dropped here" },
  "explain-scraped": { path: "explain?target=pod%2Fshop%2Fapi-0", shows: "scraped by" },
  tsdb: { path: "tsdb-status", shows: "http_request_duration_seconds_bucket" },
  status: { path: "status", shows: "GOMAXPROCS" },
  config: { path: "config", shows: "scrape_interval" },
  flags: { path: "flags", shows: "Flags" },
  "service-discovery": { path: "service-discovery", shows: "payment-gateway" },
  "alertmanager-discovery": { path: "alertmanager-discovery", shows: "Alertmanager" },
  dashboards: { path: "dashboards", shows: "Shop" },
  "dashboard-shop": { path: "dashboards/shop", shows: "Requests by handler" },
};

describe.each(Object.entries(views))("%s", (name, view) => {
  test.for(Object.entries(pages))("%s shows what it is for", async ([key, { path, shows }]) => {
    const { page, complaints } = await openPage(browser, view);
    await page.goto(inject("pages") + path);
    await page.getByText(shows).first().waitFor({ state: "attached" });
    await settled(page);
    await scrollThrough(page);
    await page.screenshot({ path: `${pictures}/${key}-${name}.png`, fullPage: true });
    // Nothing sticks out to the side.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
