import { needsCare, useDropIns } from "../api/dropins.ts";
import type { InstantResult } from "../api/query.ts";
import type { Alert } from "../api/rules.ts";
import { useApi } from "../api/useApi.ts";
import { environment } from "./environment.ts";

/** What waits for somebody, by page, for the marks beside the pages' names. */
export function useCounts(): Record<string, number> {
  const enabled = !environment.agent;
  const alerts = useApi<{ alerts: Alert[] }>("alerts", {}, { every: 30_000, enabled });
  // A count costs the server nothing, the list of 10,000 targets would.
  const down = useApi<InstantResult>("query", { query: "count(up == 0)" }, { every: 30_000, enabled });
  const dropIns = useDropIns();
  const first = down.data?.resultType === "vector" ? down.data.result[0]?.value?.[1] : undefined;
  return {
    "/alerts": alerts.data?.alerts.filter((a) => a.state === "firing" && !isWatchdog(a)).length ?? 0,
    "/targets": Number(first ?? 0),
    "/drop-ins": dropIns.data?.dropIns.filter(needsCare).length ?? 0,
  };
}

/** An alert that is meant to fire always, to prove that alerts arrive. */
export function isWatchdog(alert: Alert): boolean {
  return alert.labels["alertname"] === "Watchdog" || alert.labels["severity"] === "none";
}
