/** What the reader chose, kept in this browser. */
import { useSyncExternalStore } from "react";
import type { Zone } from "../format/time.ts";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  theme: Theme;
  zone: Zone;
  /** In the query editor: names offered while typing, colours, errors marked while typing. */
  completion: boolean;
  highlighting: boolean;
  linter: boolean;
  /** Keep the expressions that were run in this browser. */
  history: boolean;
  /** Show what the server remarks about a query beside its answer. */
  remarks: boolean;
  /** Show the annotations of alerts without a click. */
  annotations: boolean;
}

const storageKey = "kube-monitoring-stack.settings";
const defaults: Settings = { theme: "system", zone: "local", completion: true, highlighting: true, linter: true, history: true, remarks: true, annotations: false };

class SettingsStore {
  private value = load();
  private readonly listeners = new Set<() => void>();

  readonly get = (): Settings => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(change: Partial<Settings>): void {
    this.value = { ...this.value, ...change };
    try {
      localStorage.setItem(storageKey, JSON.stringify(this.value));
    } catch {
      // A browser may refuse storage; the choice then holds until the page is closed.
    }
    this.apply();
    for (const listener of this.listeners) listener();
  }

  /** Shows the theme; without a choice the stylesheet follows the system. */
  apply(): void {
    if (this.value.theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = this.value.theme;
  }
}

function load(): Settings {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<Settings>) };
  } catch {
    return defaults;
  }
}

export const settings = new SettingsStore();

export function useSettings(): Settings {
  return useSyncExternalStore(settings.subscribe, settings.get);
}

const darkSystem = "(prefers-color-scheme: dark)";

/** Whether the page is dark now, for what is drawn on a canvas. */
export function useDark(): boolean {
  const { theme } = useSettings();
  const system = useSyncExternalStore(
    (listener) => {
      const query = matchMedia(darkSystem);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => matchMedia(darkSystem).matches,
  );
  return theme === "system" ? system : theme === "dark";
}
