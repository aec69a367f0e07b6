import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, pictures, scrollThrough, settled } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** States of panels in which they show what their author meant, or that there is no such data here. */
const fine = ["ok", "empty"];

test("every dashboard opens, asks only what the server understands, and is pictured", async () => {
  const list = (await (await fetch(`${inject("pages")}api/v1/dashboards`)).json()) as { data: { uid: string; title: string; panels: number; error?: string }[] };
  expect(list.data.length).toBeGreaterThan(0);
  const wrong: string[] = [];
  for (const { uid, title, error } of list.data) {
    if (error) wrong.push(`${title}: ${error}`);
    const { page, complaints } = await openPage(browser, { width: 1440, height: 900, dark: false });
    await page.goto(`${inject("pages")}dashboards/${encodeURIComponent(uid)}`);
    await settled(page);
    // Rows that begin closed are part of the dashboard.
    for (const row of await page.locator('button[aria-expanded="false"]:not([aria-haspopup]):visible').all()) if (await row.isVisible()) await row.click();
    await scrollThrough(page);
    await page.screenshot({ path: `${pictures}/board-${uid}.png`, fullPage: true });
    for (const panel of await page.locator("[data-panel]").all()) {
      const [name, type, state] = [await panel.getAttribute("aria-label"), await panel.getAttribute("data-panel"), await panel.getAttribute("data-state")];
      const known = uid === "shop" && (type === "piechart" || name === "From a log store");
      if (!known && !fine.includes(state ?? "")) wrong.push(`${title}, ${name} (${type}): ${state}: ${await panel.textContent()}`);
    }
    wrong.push(...complaints.map((c) => `${title}: ${c}`));
    await page.context().close();
  }
  expect(wrong).toEqual([]);
}, 240_000);
