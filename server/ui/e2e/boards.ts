/** Opens dashboards and says what is wrong on them. */
import type { Browser, Page } from "playwright-core";
import { expect, vi } from "vitest";
import { openPage, patience, pictures, scrollThrough, settled } from "./browser.ts";

/** What became of the panels of all dashboards. */
export interface Boards {
  wrong: string[];
  /** Panels by state: with data, without, and what else there may be. */
  states: Record<string, number>;
  opened: number;
}

export interface Panel {
  board: string;
  name: string;
  type: string;
  state: string;
}

/** States of panels in which they show what their author meant, or that there is no such data here. */
const fine = ["ok", "empty"];

/** A page waits more than it computes. */
const atOnce = 3;

export async function openBoards(browser: Browser, server: string, excused: (panel: Panel) => boolean): Promise<Boards> {
  const list = (await (await fetch(`${server}api/v1/dashboards`)).json()) as { data: { uid: string; title: string; error?: string }[] };
  const boards: Boards = { wrong: [], states: {}, opened: 0 };
  const left = [...list.data];
  const openSome = async (): Promise<void> => {
    for (let board = left.shift(); board; board = left.shift()) await openBoard(browser, server, board, boards, excused);
  };
  await Promise.all(Array.from({ length: atOnce }, openSome));
  return boards;
}

async function openBoard(browser: Browser, server: string, { uid, title, error }: { uid: string; title: string; error?: string }, boards: Boards, excused: (panel: Panel) => boolean): Promise<void> {
  if (error) boards.wrong.push(`${title}: ${error}`);
  const { page, complaints } = await openPage(browser, { width: 1440, height: 900, dark: false });
  await page.goto(`${server}dashboards/${encodeURIComponent(uid)}`);
  await settled(page);
  await openRows(page);
  await scrollThrough(page);
  for (const at of await page.locator("[data-panel]").all()) {
    if ((await at.getAttribute("data-state")) === "loading") {
      await at.scrollIntoViewIfNeeded();
      await vi.waitFor(async () => expect(await at.getAttribute("data-state")).not.toBe("loading"), { timeout: patience });
    }
    const panel = { board: uid, name: (await at.getAttribute("aria-label")) ?? "", type: (await at.getAttribute("data-panel")) ?? "", state: (await at.getAttribute("data-state")) ?? "" };
    boards.states[panel.state] = (boards.states[panel.state] ?? 0) + 1;
    if (!fine.includes(panel.state) && !excused(panel)) boards.wrong.push(`${title}, ${panel.name} (${panel.type}): ${panel.state}: ${await at.textContent()}`);
  }
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${pictures}/board-${uid}.png`, fullPage: true });
  boards.wrong.push(...complaints.map((c) => `${title}: ${c}`));
  boards.opened++;
  await page.context().close();
}

/** Rows that begin closed are part of the dashboard. */
async function openRows(page: Page): Promise<void> {
  for (const row of await page.locator('button[aria-expanded="false"]:not([aria-haspopup]):visible').all()) if (await row.isVisible()) await row.click();
}
