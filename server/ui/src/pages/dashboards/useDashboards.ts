import { useMemo } from "react";
import type { Ref } from "../../api/dropins.ts";
import { useApi } from "../../api/useApi.ts";
import { readDashboard } from "./model/read.ts";

/** One dashboard in the list. */
export interface Summary {
  uid: string;
  title: string;
  description?: string;
  tags: string[];
  folder?: string;
  ref: Ref;
  panels: number;
  stale?: boolean;
  error?: string;
}

export function useDashboards() {
  return useApi<Summary[]>("dashboards", {}, { every: 60_000 });
}

/** One dashboard, read. */
export function useDashboard(uid: string) {
  const answer = useApi<{ summary: Summary; dashboard: unknown }>(`dashboards/${encodeURIComponent(uid)}`);
  const { data } = answer;
  const dashboard = useMemo(() => (data ? readDashboard(data.dashboard) : null), [data]);
  return { answer, dashboard };
}
