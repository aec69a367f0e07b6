import { useCallback } from "react";
import { environment } from "../../app/environment.ts";
import type { Alertmanagers } from "../../api/rules.ts";
import { useApi } from "../../api/useApi.ts";
import { quote, type Labels } from "../../promql/series.ts";

/** Where a silence for an alert with the labels can be made; null if no Alertmanager is known. */
export function useSilenceURL(): (labels: Labels) => string | null {
  const { data } = useApi<Alertmanagers>("alertmanagers");
  const root = environment.alertmanagerURL || alertmanagerRoot(data?.activeAlertmanagers?.[0]?.url);
  return useCallback(
    (labels) => {
      if (!root) return null;
      const filter = `{${Object.entries(labels)
        .map(([name, value]) => `${name}=${quote(value)}`)
        .join(", ")}}`;
      return `${root.replace(/\/$/, "")}/#/silences/new?filter=${encodeURIComponent(filter)}`;
    },
    [root],
  );
}

/** The address of the pages that belong to the address alerts are sent to. */
function alertmanagerRoot(url: string | undefined): string {
  return url?.replace(/\/api\/v\d+\/alerts$/, "") ?? "";
}
