import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBoards } from "./boards.ts";
import { openBrowser } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test("every dashboard opens, asks only what the server understands, and is pictured", async () => {
  // The shop's dashboard has two panels that these pages cannot draw, on purpose.
  const boards = await openBoards(browser, inject("pages"), ({ board, name, type }) => board === "shop" && (type === "piechart" || name === "From a log store"));
  expect(boards.opened).toBeGreaterThan(0);
  expect(boards.wrong).toEqual([]);
}, 480_000);
