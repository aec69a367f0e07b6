import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import { base } from "../api/client.ts";

/** Says that a page's code could not be had, which only loading everything anew can mend. */
export class CodeMissing extends Error {}

const key = "kube-monitoring-stack.reloaded";

/** How long after a reload another one would not help, in milliseconds. */
const pause = 30_000;

/**
 * A page whose code is loaded when it is first opened.
 *
 * That fails when the connection is lost in this moment, and when the server has been upgraded since the pages
 * were opened, whose files have other names now. A module that failed once is not asked for again, by React and by
 * some browsers, so everything is loaded anew: once by itself, since what a page shows is in its address, and then
 * when the user says so.
 */
export function page(load: () => Promise<{ default: ComponentType }>): LazyExoticComponent<ComponentType> {
  return lazy(() => load().catch((cause: unknown) => afresh(cause)));
}

async function afresh(cause: unknown): Promise<never> {
  if (mayReload() && (await answers())) {
    location.reload();
    // The page goes away.
    return new Promise(() => undefined);
  }
  throw new CodeMissing(cause instanceof Error ? cause.message : String(cause));
}

/** Whether there was no reload just now, and takes note that there is one. */
function mayReload(): boolean {
  try {
    const before = Number(sessionStorage.getItem(key) ?? 0);
    const now = Date.now();
    if (now - before < pause) return false;
    sessionStorage.setItem(key, String(now));
    return true;
  } catch {
    // Without a memory it could reload for ever.
    return false;
  }
}

/** A reload while the server does not answer would leave the browser's own message in place of the pages. */
async function answers(): Promise<boolean> {
  for (const wait of [0, 500, 1500]) {
    await new Promise((done) => setTimeout(done, wait));
    const up = await fetch(new URL("-/healthy", base), { cache: "no-store", credentials: "same-origin" }).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return true;
  }
  return false;
}
