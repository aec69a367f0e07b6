import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get, type ApiError } from "../../../api/client.ts";
import { parseDuration } from "../../../format/duration.ts";
import type { Variable } from "../model/types.ts";
import { intervals } from "../time/interval.ts";
import type { TimeRange } from "../time/range.ts";
import type { Chosen } from "./interpolate.ts";
import { resolveVariables, type Wanted } from "./resolve.ts";

export interface Variables {
  chosen: Chosen[];
  scrapeMs: number;
}

const minute = 60e3;

/** The dashboard's variables with what they offer now, and the server's scrape interval. */
export function useVariables(variables: readonly Variable[], wanted: Wanted, range: TimeRange) {
  // New values matter, but not at each refresh of some seconds.
  const [from, to] = [Math.floor(range.from / minute), Math.ceil(range.to / minute)];
  return useQuery<Variables, ApiError>({
    queryKey: ["variables", variables, wanted, from, to],
    staleTime: Infinity,
    gcTime: minute,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const scrapeMs = await scrapeInterval(signal);
      const rounded = { from: from * minute, to: to * minute };
      return { scrapeMs, chosen: await resolveVariables(variables, wanted, rounded, intervals(rounded, 1000, "", scrapeMs).variables, signal) };
    },
  });
}

/** The interval of jobs that set none of their own. */
async function scrapeInterval(signal: AbortSignal): Promise<number> {
  const { data } = await get<{ yaml: string }>("status/config", {}, signal);
  return parseDuration(/^global:\n(?:\s+.*\n)*?\s+scrape_interval: (\S+)/.exec(data.yaml)?.[1] ?? "") ?? minute;
}
