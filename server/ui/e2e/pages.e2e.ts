import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser, openPage, pictures, scrollThrough, settled, views } from "./browser.ts";
import { pages } from "./pages.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe.concurrent.each(Object.entries(views))("%s", (name, view) => {
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
