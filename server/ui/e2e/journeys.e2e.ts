/** What people do on the pages, from end to end. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, pictures, settled } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function open(path: string, at: "pages" | "prefixed" = "pages") {
  const opened = await openPage(browser);
  await opened.page.goto(inject(at) + path);
  await settled(opened.page);
  return opened;
}

test("an expression is completed, run, drawn and shared", async () => {
  const { page, complaints } = await open("query");
  const editor = page.getByRole("textbox", { name: "Expression" });
  await editor.click();
  await page.keyboard.type("http_requests_t", { delay: 40 });
  await page.getByRole("option", { name: /http_requests_total/ }).first().waitFor();
  await page.screenshot({ path: `${pictures}/query-completion.png` });
  // Not by Enter: just after the list has changed the editor takes no key for it.
  await page.getByRole("option", { name: /http_requests_total/ }).first().click();
  await page.keyboard.type('{handler="/cart",code="200"}', { delay: 15 });
  // Nor here, where a list may come up between two keys.
  await page.getByTitle("Run (Enter)").click();
  await page.getByText("3 series").waitFor();
  await page.getByRole("radio", { name: "Graph" }).click();
  await page.getByRole("img", { name: /^Graph of http_requests_total/ }).waitFor();
  const shared = page.url();
  expect(shared).toContain("g0.tab=graph");

  const other = await openPage(browser);
  await other.page.goto(shared);
  await other.page.getByRole("img", { name: /^Graph of http_requests_total/ }).waitFor();

  await page.goBack();
  await page.getByText("3 series").waitFor();
  expect(page.url()).toContain("g0.tab=table");
  await page.getByRole("button", { name: "Expressions asked before" }).click();
  await page.getByRole("dialog", { name: "Asked before" }).getByText("http_requests_total").first().waitFor();
  expect([...complaints, ...other.complaints]).toEqual([]);
});

test("a wrong expression is marked where it is wrong", async () => {
  const { page } = await open("query?g0.expr=sum(rate(up%5B5m%5D)&g0.tab=table");
  await page.getByRole("alert").getByText("parse error").waitFor();
  // The mark is drawn when the editor has parsed, which may be after the answer.
  await page.locator(".cm-lintRange-error, .cm-lintPoint-error").first().waitFor({ state: "attached" });
});

test("dragging over a graph zooms into its time", async () => {
  const { page } = await open("query?g0.expr=up&g0.tab=graph&g0.range_input=1h");
  const plot = await page.locator(".u-over").boundingBox();
  if (!plot) throw new Error("no plot");
  await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 50);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.75, plot.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/g0\.range_input=1[45]m/);
  expect(page.url()).toContain("g0.end_input=");
});

test("links of older Prometheus versions and of Grafana land on the right page", async () => {
  const cases: [string, RegExp, string][] = [
    ["graph?g0.expr=up%20%3D%3D%200&g0.tab=1", /\/query\?.*g0\.expr=up/, "payment-gateway"],
    ["graph?g0.expr=sum(up)&g0.tab=0&g0.range_input=1h&g0.stacked=1", /\/query\?.*g0\.tab=0.*g0\.range_input=1h/, "Stacked"],
    ["query?g0.expr=up%20%3D%3D%200&g0.show_tree=0&g0.tab=table&g0.range_input=1h&g0.res_type=auto&g0.res_density=medium&g0.display_mode=lines&g0.show_exemplars=0", /\/query\?/, "payment-gateway"],
    ["classic/graph?g0.expr=up%20%3D%3D%200&g0.tab=1", /\/query\?.*g0\.expr=up/, "payment-gateway"],
    ["classic/targets?search=payment", /\/targets\?search=payment$/, "payment-gateway"],
    ["new/rules", /\/rules$/, "api-records"],
    ["status", /\/status$/, "GOMAXPROCS"],
    ["flags", /\/flags$/, "Flags"],
    ["config", /\/config$/, "scrape_interval"],
    ["alertmanager-discovery", /\/alertmanager-discovery$/, "Alertmanager"],
    ["alerts", /\/alerts$/, "CheckoutIsSlow"],
    ["targets", /\/targets$/, "payment-gateway"],
    ["rules", /\/rules$/, "api-records"],
    ["tsdb-status", /\/tsdb-status$/, "Label pairs by series"],
    ["service-discovery", /\/service-discovery$/, "payment-gateway"],
    ["d/shop/shop?var-pod=api-1", /\/dashboards\/shop\?var-pod=api-1/, "Requests by handler"],
  ];
  for (const [path, address, shows] of cases) {
    const { page, complaints } = await open(path);
    // Of a list to choose from, only what is chosen can be seen.
    await page.getByText(shows).and(page.locator(":not(option)")).first().waitFor();
    expect(page.url()).toMatch(address);
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});

test("everything works behind a proxy that takes a prefix away", async () => {
  const { page, complaints } = await open("dashboards/shop", "prefixed");
  await page.getByText("Requests by handler").waitFor();
  await page.getByRole("link", { name: "Targets" }).click();
  await page.getByText("payment-gateway", { exact: true }).waitFor();
  expect(page.url()).toBe(`${inject("prefixed")}targets`);
  await page.getByRole("link", { name: "Query", exact: true }).click();
  await page.getByRole("textbox", { name: "Expression" }).click();
  await page.keyboard.type("vector(7)");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await page.getByText("1 series").waitFor();
  await page.reload();
  await page.getByText("1 series").waitFor();
  expect(complaints).toEqual([]);
});

test("keys lead everywhere", async () => {
  const { page } = await open("");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.waitForURL(/\/targets$/);
  await page.getByPlaceholder("Search address, label, error").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("payment");
  await page.waitForURL(/q=payment/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("a page whose code is not to be had says so, and comes by itself when it is", async () => {
  const opened = await openPage(browser);
  const { page } = opened;
  const code = /\/assets\/RulesPage-.*\.js$/;
  let asked = 0;
  await page.route(code, (route) => (asked++ === 0 ? route.abort("connectionreset") : route.continue()));
  await page.goto(`${inject("pages")}rules?q=slow`);
  await page.getByRole("heading", { name: "Rules" }).waitFor();
  expect(asked).toBe(2);
  expect(page.url()).toContain("rules?q=slow");
  expect(opened.complaints).toEqual([]);

  // A reload has not helped, so the next one is the user's.
  const other = await openPage(browser);
  await other.page.route(code, (route) => route.abort("connectionreset"));
  await other.page.goto(`${inject("pages")}rules`);
  await other.page.getByRole("alert").getByText("The code of this page could not be loaded").waitFor();
  await other.page.screenshot({ path: `${pictures}/code-missing.png` });
  await other.page.unroute(code);
  await other.page.getByRole("button", { name: "Load everything anew" }).click();
  await other.page.getByRole("heading", { name: "Rules" }).waitFor();
});

test("theme and time zone are kept", async () => {
  const { page } = await open("status");
  await page.getByRole("button", { name: "Theme of the system" }).click();
  await page.getByRole("button", { name: "Light theme" }).click();
  await page.getByRole("button", { name: "Local" }).click();
  await page.reload();
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  await page.getByRole("button", { name: "UTC" }).waitFor();
});

test("a dashboard's variables, rows and links work", async () => {
  const { page, complaints } = await open("dashboards/shop");
  await page.getByRole("button", { name: /^Pod / }).click();
  await page.getByRole("option", { name: "api-1" }).click();
  await page.waitForURL(/var-pod=api-1/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /Memory by pod/ }).click();
  await page.getByRole("region", { name: "api-1" }).waitFor();
  expect(await page.getByRole("region", { name: "api-0" }).count()).toBe(0);
  await page.getByRole("button", { name: /^Time range/ }).click();
  await page.getByRole("button", { name: "Last 15 minutes" }).click();
  await page.waitForURL(/from=now-15m/);
  await page.getByRole("link", { name: "/checkout" }).click();
  await page.waitForURL(/var-pod=api-0/);
  expect(complaints).toEqual([]);
});

test("a panel that cannot be drawn says so in its place", async () => {
  const { page } = await open("dashboards/shop");
  await page.getByText("A panel of type “piechart” is not drawn here.").waitFor();
  await page.getByText("It asks a data source of type loki.").waitFor();
});

test("the first view is below 300 kB", async () => {
  const { page } = await openPage(browser);
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    if (!request.url().includes("/api/")) sizes.push(request.sizes().then((s) => s.responseBodySize));
  });
  await page.goto(inject("pages"));
  await settled(page);
  const total = (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
  process.stdout.write(`the first view took ${total} bytes in ${sizes.length} files\n`);
  expect(sizes.length).toBeGreaterThan(3);
  expect(total).toBeLessThan(300_000);
});

test("the columns of a table stand below each other, however long a name is", async () => {
  const { page } = await openPage(browser, { width: 700, height: 860, dark: false });
  await page.goto(`${inject("pages")}dashboards/shop`);
  await page.locator('[data-panel][aria-label="Handlers"]').scrollIntoViewIfNeeded();
  const table = page.getByRole("table", { name: "Handlers" });
  await table.getByRole("row").nth(2).waitFor();
  // As if one of the handlers had a name that is wider than the panel.
  await table.getByRole("row").nth(1).getByRole("cell").first().evaluate((cell) => {
    const name = document.createElement("span");
    name.textContent = "/a-handler-with-a-long-name".repeat(12);
    cell.append(name);
  });
  const lefts = await table.getByRole("row").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => Math.round(cell.getBoundingClientRect().left))));
  expect(lefts.length).toBeGreaterThan(3);
  for (const row of lefts) expect(row).toEqual(lefts[0]);
  await page.context().close();
});
