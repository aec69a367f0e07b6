/** Every page is measured against WCAG 2.2, light and dark: nothing serious may be wrong. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openPage, scrollThrough, settled, views } from "../browser.ts";
import { pages } from "../pages.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** What stands on the page and breaks a rule, each with its place. */
async function violations(page: Page): Promise<string[]> {
  // By the debugger's way, which the Content-Security-Policy does not concern.
  await page.evaluate(axe);
  const found = await page.evaluate(() => (window as unknown as { axe: { run: (o: object) => Promise<AxeResults> } }).axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .flatMap((v) => v.nodes.slice(0, 4).map((n) => `${v.impact} ${v.id}: ${n.target.join(" ")}: ${(n.failureSummary ?? "").replace(/\s+/g, " ")}`));
}

describe.each(["light", "dark", "phone"])("%s", (name) => {
  test.for(Object.entries(pages))("%s can be used by everybody", async ([, { path, shows }]) => {
    const { page } = await openPage(browser, views[name]);
    await page.goto(inject("pages") + path);
    await page.getByText(shows).first().waitFor({ state: "attached" });
    await settled(page);
    await scrollThrough(page);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });
});

test("what opens over a page can be used by everybody", async () => {
  const { page } = await openPage(browser);
  const wrong: string[] = [];
  const look = async (what: string) => {
    await settled(page);
    wrong.push(...(await violations(page)).map((v) => `${what}: ${v}`));
  };
  await page.goto(`${inject("pages")}query?g0.expr=up&g0.tab=table`);
  for (const button of ["Metrics", "Expressions asked before", "Settings"]) {
    await page.locator("main").getByRole("button", { name: button, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await look(button);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "More for this expression" }).click();
  await look("menu");
  await page.keyboard.press("Escape");
  await page.getByTitle("What the query took").click();
  await look("stats");
  await page.goto(`${inject("pages")}targets`);
  await page.getByRole("button", { name: /metrics$/ }).first().click();
  await look("a target's labels");
  await page.goto(`${inject("pages")}alerts`);
  await page.getByRole("button", { name: "CheckoutIsSlow" }).click();
  await look("an alert");
  await page.goto(`${inject("pages")}dashboards/shop`);
  await page.getByRole("button", { name: /^Time range/ }).click();
  await look("time range");
  expect(wrong).toEqual([]);
});
