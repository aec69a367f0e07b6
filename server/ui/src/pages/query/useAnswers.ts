import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { post, type Answer, type ApiError } from "../../api/client.ts";
import type { ExemplarSeries, InstantResult, RangeResult } from "../../api/query.ts";
import type { Grid } from "../../charts/align.ts";
import { stepSeconds, type Panel } from "./panels.ts";

/** An answer with what it took, as the reader felt it. */
export interface Timed<T> extends Answer<T> {
  tookMs: number;
}

async function timed<T>(ask: () => Promise<Answer<T>>): Promise<Timed<T>> {
  const began = performance.now();
  const answer = await ask();
  return { ...answer, tookMs: performance.now() - began };
}

const options = {
  // An answer stays until it is asked for again: `run` counts how often that was.
  staleTime: Infinity,
  refetchOnWindowFocus: false,
  retry: false,
  placeholderData: keepPreviousData,
} as const;

export function useInstant(panel: Panel, run: number, enabled: boolean) {
  return useQuery<Timed<InstantResult>, ApiError>({
    ...options,
    queryKey: ["instant", panel.expr, panel.endMs, run],
    queryFn: ({ signal }) => timed(() => post<InstantResult>("query", { query: panel.expr, time: (panel.endMs ?? Date.now()) / 1000, stats: "true" }, signal)),
    enabled: enabled && panel.expr !== "",
  });
}

/** A range's answer on its grid, with the exemplars if they are wanted. */
export interface Ranged extends RangeResult {
  grid: Grid;
  exemplars: ExemplarSeries[];
}

export function useRange(panel: Panel, run: number, enabled: boolean) {
  const step = stepSeconds(panel);
  return useQuery<Timed<Ranged>, ApiError>({
    ...options,
    queryKey: ["range", panel.expr, panel.endMs, panel.rangeMs, step, panel.exemplars, run],
    queryFn: ({ signal }) =>
      timed(async () => {
        const end = (panel.endMs ?? Date.now()) / 1000;
        const grid = { start: end - panel.rangeMs / 1000, end, step };
        const [answer, exemplars] = await Promise.all([
          post<RangeResult>("query_range", { query: panel.expr, ...grid, stats: "true" }, signal),
          panel.exemplars ? post<ExemplarSeries[]>("query_exemplars", { query: panel.expr, start: grid.start, end }, signal) : null,
        ]);
        return { ...answer, data: { ...answer.data, grid, exemplars: exemplars?.data ?? [] } };
      }),
    enabled: enabled && panel.expr !== "",
  });
}
