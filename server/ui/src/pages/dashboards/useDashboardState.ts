import { useSearchParams } from "wouter";
import type { Dashboard } from "./model/types.ts";
import type { Wanted } from "./variables/resolve.ts";

export interface DashboardState {
  from: string;
  to: string;
  refresh: string;
  wanted: Wanted;
  setRange: (from: string, to: string) => void;
  setRefresh: (refresh: string) => void;
  setVariable: (name: string, values: string[]) => void;
}

/** What the reader chose is in the address, in Grafana's own parameters. */
export function useDashboardState(dashboard: Dashboard): DashboardState {
  const [params, setParams] = useSearchParams();
  const change = (edit: (next: URLSearchParams) => void) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      edit(next);
      return next;
    });
  const wanted: Wanted = {};
  for (const [key, value] of params) if (key.startsWith("var-")) (wanted[key.slice("var-".length)] ??= []).push(value);
  return {
    from: params.get("from") ?? dashboard.time.from,
    to: params.get("to") ?? dashboard.time.to,
    refresh: params.get("refresh") ?? dashboard.refresh,
    wanted,
    setRange: (from, to) =>
      change((next) => {
        next.set("from", from);
        next.set("to", to);
      }),
    setRefresh: (refresh) => change((next) => next.set("refresh", refresh)),
    setVariable: (name, values) =>
      change((next) => {
        next.delete(`var-${name}`);
        for (const value of values) next.append(`var-${name}`, value);
      }),
  };
}
