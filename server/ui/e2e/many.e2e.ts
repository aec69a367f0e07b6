import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openPage, pictures, settled } from "./browser.ts";
import { manyTargets } from "./many.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Milliseconds that somebody who types or scrolls would take for a stall, on an ordinary machine. */
const stall = 400;
/** Milliseconds that the loop below takes on an ordinary machine: a task can only be as fast as the machine is. */
const ordinary = 25;

/** How many times slower than an ordinary machine this one is now; at least 1. */
async function slowness(page: Page): Promise<number> {
  const took = await page.evaluate(() => {
    const began = performance.now();
    let x = 0;
    for (let i = 0; i < 20_000_000; i++) x = (Math.imul(x, 31) + i) | 0;
    return x === 0.5 ? 0 : performance.now() - began;
  });
  return Math.max(1, took / ordinary);
}

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
  const slower = await slowness(page);
  await page.screenshot({ path: `${pictures}/targets-many.png` });

  // Far fewer rows exist than there are targets.
  expect(await page.getByRole("listitem").count()).toBeLessThan(200);
  process.stdout.write(`longest tasks in ms: ${JSON.stringify(took)}, on a machine ${slower.toFixed(1)} times slower than an ordinary one\n`);
  for (const [what, ms] of Object.entries(took)) expect(ms, what).toBeLessThan(stall * slower);
  expect(complaints).toEqual([]);
});
