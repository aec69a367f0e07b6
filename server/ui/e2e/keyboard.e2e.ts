/** Whoever has no mouse gets everywhere and sees where. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openPage, settled } from "./browser.ts";
import { pages } from "./pages.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** So many stops of Tab are looked at on each page. */
const stops = 60;

interface Stop {
  name: string;
  /** Whether anything about it, or about the field around it, shows the focus. */
  seen: boolean;
  inView: boolean;
}

function focused(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const at = document.activeElement as HTMLElement | null;
    if (!at || at === document.body) return null;
    const marks = (element: Element | null): boolean => {
      if (!element) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || (boxShadow !== "none" && element.matches(":focus-within"));
    };
    let seen = false;
    for (let element: Element | null = at, depth = 0; element && depth < 5; element = element.parentElement, depth++) seen ||= marks(element);
    const { top, bottom, width, height } = at.getBoundingClientRect();
    const name = at.getAttribute("aria-label") || at.title || at.textContent || (at as HTMLInputElement).placeholder || "";
    return { name: `${at.tagName.toLowerCase()} ${name.slice(0, 60)}`, seen, inView: width > 0 && height > 0 && bottom > 0 && top < innerHeight };
  });
}

test.concurrent.for(Object.entries(pages))("%s: each stop of Tab shows itself", async ([, { path, shows }]) => {
  const { page } = await openPage(browser);
  await page.goto(inject("pages") + path);
  await page.getByText(shows).first().waitFor({ state: "attached" });
  await settled(page);
  const bad: string[] = [];
  let seen = 0;
  for (let i = 0; i < stops; i++) {
    await page.keyboard.press("Tab");
    const stop = await focused(page);
    if (!stop) break;
    seen++;
    if (!stop.seen) bad.push(`${stop.name} does not show the focus`);
    if (!stop.inView) bad.push(`${stop.name} has the focus out of view`);
  }
  expect(seen).toBeGreaterThan(15);
  expect([...new Set(bad)]).toEqual([]);
  await page.context().close();
});

test("the first stop leads past the navigation", async () => {
  const { page } = await openPage(browser);
  await page.goto(`${inject("pages")}targets`);
  await settled(page);
  await page.keyboard.press("Tab");
  expect((await focused(page))?.name).toContain("Skip to the page");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect((await focused(page))?.name).toContain("Search address, label, error");
});

test("a query is written, run, drawn and moved without a mouse", async () => {
  const { page, complaints } = await openPage(browser);
  await page.goto(`${inject("pages")}query`);
  await settled(page);
  // An empty page waits for an expression.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Expression");
  await page.keyboard.type("vector(3)");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await page.getByText("1 series").waitFor();
  await page.getByRole("radio", { name: "Table" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("img", { name: "Graph of vector(3)" }).waitFor();
  await page.getByRole("button", { name: "More for this expression" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("region", { name: "vector(3)" }).count()).toBe(2);
  expect(complaints).toEqual([]);
});
