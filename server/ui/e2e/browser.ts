/** The browser of the tests, and what every page must keep to. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { expect, inject, vi } from "vitest";

export const pictures = resolve(process.env["PICTURES"] ?? "artifacts/pictures");

/**
 * How long anything on a page may take, in milliseconds. What takes longer is broken; what a page may take on
 * a machine of its own is not measured here, where others compute beside it.
 */
export const patience = 45_000;

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export async function openBrowser(): Promise<Browser> {
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", headless: true, args: flags });
}

export interface View {
  width: number;
  height: number;
  dark: boolean;
}

export const views: Record<string, View> = {
  light: { width: 1280, height: 860, dark: false },
  dark: { width: 1280, height: 860, dark: true },
  phone: { width: 390, height: 844, dark: false },
};

/** What went wrong on a page: errors, refusals of the Content-Security-Policy, requests to elsewhere. */
export interface Watched {
  page: Page;
  complaints: string[];
}

export async function openPage(browser: Browser, view: View = { width: 1280, height: 860, dark: false }): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: view.width, height: view.height }, colorScheme: view.dark ? "dark" : "light", deviceScaleFactor: 1, timezoneId: "UTC" });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const complaints: string[] = [];
  const own = [new URL(inject("pages")).origin, new URL(inject("prefixed")).origin];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // An answer that is no success is what some tests ask for.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && !own.includes(origin)) complaints.push(`request to ${request.url()}`);
  });
  return { page, complaints };
}

/** Waits until nothing on the page is being loaded any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  // Not expect.poll, which belongs to one test and does not know which, beside others.
  await vi.waitFor(async () => expect(await page.locator('[role="status"][aria-label^="Loading"]').count()).toBe(0), { timeout: patience });
}

/**
 * Brings everything into view once, since panels ask only when they are seen, and goes back to the top.
 * Not further than so many pixels, where a page is longer than what is looked at.
 */
export async function scrollThrough(page: Page, furthest = Infinity): Promise<void> {
  const height = Math.min(furthest, await page.evaluate(() => document.documentElement.scrollHeight));
  for (let y = 0; y < height; y += 600) {
    await page.evaluate((to) => scrollTo(0, to), y);
    await page.waitForTimeout(50);
  }
  await settled(page);
  await page.evaluate(() => scrollTo(0, 0));
}
