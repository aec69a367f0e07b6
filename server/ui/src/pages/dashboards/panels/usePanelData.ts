import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { post, type ApiError } from "../../../api/client.ts";
import type { InstantResult, RangeResult, RangeSeries } from "../../../api/query.ts";
import { parseDuration } from "../../../format/duration.ts";
import type { Answered } from "../fields/field.ts";
import type { Scope } from "../model/layout.ts";
import type { Panel, Target } from "../model/types.ts";
import { intervals, type Intervals } from "../time/interval.ts";
import type { TimeRange } from "../time/range.ts";
import { interpolate, type Chosens, type Environment } from "../variables/interpolate.ts";

export interface PanelContext {
  range: TimeRange;
  chosen: Chosens;
  /** The scrape interval of most jobs, in milliseconds. */
  scrapeMs: number;
  onZoom: (from: number, to: number) => void;
}

export interface PanelData {
  answers: Answered[];
  warnings: string[];
}

/** A panel's own range: it may ask for other times than its dashboard. */
export function panelRange(panel: Panel, range: TimeRange): TimeRange {
  const length = parseDuration(panel.timeFrom.replace(/^now-/, ""));
  const shift = parseDuration(panel.timeShift) ?? 0;
  const to = range.to - shift;
  return { from: length === null ? range.from - shift : to - length, to };
}

export function panelEnvironment(panel: Panel, scope: Scope, context: PanelContext, width: number): { env: Environment; step: Intervals } {
  const shortest = interpolate(panel.interval, { chosen: context.chosen, scope, builtin: {} }, "text");
  const step = intervals(panelRange(panel, context.range), Math.min(panel.maxPoints ?? Infinity, Math.max(60, width)), shortest, context.scrapeMs);
  return { env: { chosen: context.chosen, scope, builtin: step.variables }, step };
}

/** Asks all that a panel asks. */
export function usePanelData(panel: Panel, scope: Scope, context: PanelContext, width: number, enabled: boolean) {
  const { env, step } = panelEnvironment(panel, scope, context, width);
  const asked = panel.targets.filter((t) => t.unsupported === "" && t.expr !== "");
  const exprs = asked.map((t) => interpolate(t.expr, env, "promql"));
  const range = panelRange(panel, context.range);
  return useQuery<PanelData, ApiError>({
    queryKey: ["panel", exprs, asked.map((t) => [t.refId, t.instant, t.format, t.legend]), range.from, range.to, step.step],
    enabled: enabled && asked.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
    gcTime: 60_000,
    queryFn: async ({ signal }) => {
      const answers = await Promise.all(asked.map((target, i) => answer({ ...target, legend: interpolate(target.legend, env, "text") }, exprs[i] ?? "", range, step.step, signal)));
      return { answers: answers.map((a) => a.answered), warnings: [...new Set(answers.flatMap((a) => a.warnings))] };
    },
  });
}

async function answer(target: Target, expr: string, range: TimeRange, step: number, signal: AbortSignal): Promise<{ answered: Answered; warnings: string[] }> {
  // Points at multiples of the step stay where they are when the range moves on.
  const end = Math.floor(range.to / 1000 / step) * step;
  const grid = { start: Math.floor(range.from / 1000 / step) * step, end, step };
  if (target.instant) {
    const { data, warnings } = await post<InstantResult>("query", { query: expr, time: range.to / 1000 }, signal);
    return { answered: { target: { ...target, expr }, grid, series: asRange(data) }, warnings };
  }
  const { data, warnings } = await post<RangeResult>("query_range", { query: expr, ...grid }, signal);
  return { answered: { target: { ...target, expr }, grid, series: data.result }, warnings };
}

function asRange(data: InstantResult): RangeSeries[] {
  switch (data.resultType) {
    case "vector":
      return data.result.map((s) => ({ metric: s.metric, ...(s.value && { values: [s.value] }), ...(s.histogram && { histograms: [s.histogram] }) }));
    case "matrix":
      return data.result;
    default:
      return [{ metric: {}, values: [data.result] }];
  }
}
