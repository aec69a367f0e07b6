/** Finds out what each variable offers and what is selected. */
import { get, post } from "../../../api/client.ts";
import type { InstantResult } from "../../../api/query.ts";
import { formatSeries } from "../../../promql/series.ts";
import type { Variable } from "../model/types.ts";
import type { TimeRange } from "../time/range.ts";
import { all, interpolate, type Chosen } from "./interpolate.ts";

/** Values from the address, by the variable's name. */
export type Wanted = Record<string, string[]>;

/** In their order, since a variable may use those before it. */
export async function resolveVariables(variables: readonly Variable[], wanted: Wanted, range: TimeRange, builtin: Record<string, string>, signal?: AbortSignal): Promise<Chosen[]> {
  const out: Chosen[] = [];
  for (const v of variables) {
    const chosen = Object.fromEntries(out.map((c) => [c.name, c]));
    const query = interpolate(v.query, { chosen, scope: {}, builtin }, v.type === "query" ? "promql" : "text");
    const options = await optionsOf(v, query, range, signal);
    out.push({
      name: v.name, label: v.label, options, selected: select(v, options, wanted[v.name]),
      multi: v.multi, includeAll: v.includeAll, allValue: v.allValue, hidden: v.hidden || v.type === "constant" || v.type === "datasource", type: v.type,
    });
  }
  return out;
}

async function optionsOf(v: Variable, query: string, range: TimeRange, signal?: AbortSignal): Promise<string[]> {
  switch (v.type) {
    case "query":
      return sortOptions(applyRegex(await ask(query, range, signal), v.regex), v.sort);
    case "custom":
    case "interval":
      return splitList(query);
    case "constant":
      return [query];
    case "datasource":
      // There is one source here: the server itself.
      return ["this server"];
    default:
      return [];
  }
}

/** What the address says, else what the author left, else the first that there is. */
function select(v: Variable, options: string[], wanted: string[] | undefined): string[] {
  if (v.type === "textbox") return wanted ?? [v.current[0] ?? v.query];
  if (v.type === "datasource") return options;
  const possible = (values: string[] | undefined) => values?.filter((x) => options.includes(x) || (x === all && v.includeAll)) ?? [];
  const asked = possible(wanted);
  if (asked.length > 0) return v.multi ? asked : asked.slice(0, 1);
  const left = possible(v.current.map((x) => (x === "All" && v.includeAll && !options.includes("All") ? all : x)));
  if (left.length > 0) return v.multi ? left : left.slice(0, 1);
  return v.includeAll ? [all] : options.slice(0, 1);
}

/** Grafana's queries for variables of a Prometheus source. */
async function ask(query: string, range: TimeRange, signal?: AbortSignal): Promise<string[]> {
  const time = { start: range.from / 1000, end: range.to / 1000 };
  const values = /^label_values\(\s*(?:([\s\S]+),\s*)?([\w:]+)\s*\)$/.exec(query.trim());
  if (values) {
    const match = values[1]?.trim();
    return (await get<string[]>(`label/${encodeURIComponent(values[2] ?? "")}/values`, { ...time, ...(match && { "match[]": match }) }, signal)).data;
  }
  const names = /^label_names\(([\s\S]*)\)$/.exec(query.trim());
  if (names) return (await get<string[]>("labels", { ...time, ...(names[1]?.trim() && { "match[]": names[1].trim() }) }, signal)).data;
  const metrics = /^metrics\(([\s\S]*)\)$/.exec(query.trim());
  if (metrics) {
    const pattern = new RegExp(metrics[1]?.trim() ?? "");
    return (await get<string[]>("label/__name__/values", time, signal)).data.filter((name) => pattern.test(name));
  }
  const result = /^query_result\(([\s\S]+)\)$/.exec(query.trim());
  const expr = result?.[1] ?? query;
  if (expr.trim() === "") return [];
  const { data } = await post<InstantResult>("query", { query: expr, time: range.to / 1000 }, signal);
  if (data.resultType === "scalar" || data.resultType === "string") return [data.result[1]];
  if (data.resultType !== "vector") return [];
  return data.result.map((s) => `${formatSeries(s.metric)} ${s.value?.[1] ?? ""} ${Math.round((s.value?.[0] ?? 0) * 1000)}`);
}

/** Keeps what matches, and of that what the pattern's group caught. */
export function applyRegex(values: readonly string[], regex: string): string[] {
  if (regex === "") return [...new Set(values)];
  const parts = /^\/([\s\S]*)\/([a-z]*)$/.exec(regex);
  let pattern: RegExp;
  try {
    pattern = new RegExp(parts?.[1] ?? regex, parts?.[2]?.replace("g", "") ?? "");
  } catch {
    return [...new Set(values)];
  }
  return [
    ...new Set(
      values.flatMap((value) => {
        const match = pattern.exec(value);
        return match ? [match.groups?.["value"] ?? match[1] ?? match[0]] : [];
      }),
    ),
  ];
}

function splitList(query: string): string[] {
  return query
    .split(/(?<!\\),/)
    .map((s) => s.replace(/\\,/g, ",").trim())
    .map((s) => /^.+ : (.+)$/.exec(s)?.[1] ?? s)
    .filter((s) => s !== "");
}

/** 1 and 2 by letters, 3 and 4 by number, 5 to 8 by letters or naturally; even is descending. */
function sortOptions(values: string[], sort: number): string[] {
  if (sort === 0) return values;
  const number = (s: string) => Number(/-?\d+(\.\d+)?/.exec(s)?.[0] ?? "NaN");
  const sorted = [...values].sort((a, b) => {
    if (sort === 3 || sort === 4) return (number(a) || 0) - (number(b) || 0) || a.localeCompare(b);
    return a.localeCompare(b, "en", { sensitivity: sort >= 5 ? "base" : "variant", numeric: sort >= 7 });
  });
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}
