import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, pictures, settled } from "./browser.ts";
import { manyTargets } from "./many.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Milliseconds that somebody who types or scrolls would take for a stall. */
const stall = 400;

test("ten thousand targets are listed, searched and scrolled without a stall", async () => {
  const { page, complaints } = await openPage(browser);
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ["longtask"] });
  });
  const longest = () =>
    page.evaluate(() => {
      const { longTasks } = window as unknown as { longTasks: number[] };
      return Math.max(0, ...longTasks.splice(0));
    });
  const body = manyTargets(500, 20);
  await page.route("**/api/v1/targets?*", (route) => route.fulfill({ contentType: "application/json", body }));

  await page.goto(`${inject("pages")}targets`);
  await page.getByText("10,000 targets of 500 jobs").waitFor();
  await settled(page);
  const took: Record<string, number> = { "shown first": await longest() };

  await page.getByRole("button", { name: "Open all" }).click();
  await page.getByText("context deadline exceeded").first().waitFor();
  took["all opened"] = await longest();

  await page.getByPlaceholder("Search address, label, error").pressSequentially("service-17 node-3", { delay: 30 });
  await expect.poll(() => page.getByText(/targets? of \d+ jobs?/).textContent()).not.toContain("10,000");
  took["searched"] = await longest();
  await page.getByPlaceholder("Search address, label, error").fill("");

  await page.getByText("10,000 targets of 500 jobs").waitFor();
  for (let i = 0; i < 30; i++) await page.mouse.wheel(0, 4000);
  await settled(page);
  took["scrolled"] = await longest();
  await page.screenshot({ path: `${pictures}/targets-many.png` });

  // Far fewer rows exist than there are targets.
  expect(await page.getByRole("listitem").count()).toBeLessThan(200);
  process.stdout.write(`longest tasks in ms: ${JSON.stringify(took)}\n`);
  for (const [what, ms] of Object.entries(took)) expect(ms, what).toBeLessThan(stall);
  expect(complaints).toEqual([]);
});
