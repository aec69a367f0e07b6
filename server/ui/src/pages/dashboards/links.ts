/** Links of dashboards, which were written for Grafana. */
import type { Environment } from "./variables/interpolate.ts";

export interface Address {
  href: string;
  /** Whether it is one of these pages. */
  local: boolean;
}

/** Where an address leads; null for one that must not be followed. */
export function localAddress(url: string, env: Environment): Address | null {
  const filled = url.replace(/\$?\{?__url_time_range\}?/g, timeParams(env)).replace(/\$?\{?__all_variables\}?/g, variableParams(env));
  const dashboard = /^\/?d\/([^/?#]+)(?:\/[^?#]*)?(\?[^#]*)?$/.exec(filled);
  if (dashboard) return { href: `/dashboards/${dashboard[1]}${dashboard[2] ?? ""}`, local: true };
  // javascript: and its like are no places to go.
  return /^https?:\/\//.test(filled) ? { href: filled, local: false } : null;
}

export function timeParams(env: Environment): string {
  return `from=${env.builtin["__from"] ?? "now-1h"}&to=${env.builtin["__to"] ?? "now"}`;
}

export function variableParams(env: Environment): string {
  const params = new URLSearchParams();
  for (const c of Object.values(env.chosen)) {
    for (const value of env.scope[c.name] ?? c.selected) params.append(`var-${c.name}`, value);
  }
  return params.toString();
}
