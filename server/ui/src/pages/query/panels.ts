/** The expressions of the page and how each is shown: all of it is in the URL, in Prometheus' own parameters. */
import { formatDuration, parseDuration } from "../../format/duration.ts";

export type Tab = "table" | "graph" | "explain";
export type Display = "lines" | "stacked" | "heatmap";
export type Density = "low" | "medium" | "high";
/** How far apart the points are: chosen by the width, or so many milliseconds. */
export type Resolution = { type: "auto"; density: Density } | { type: "custom"; stepMs: number };

export interface Panel {
  expr: string;
  tab: Tab;
  rangeMs: number;
  /** null is now. */
  endMs: number | null;
  resolution: Resolution;
  display: Display;
  exemplars: boolean;
  yMin: number | null;
  tree: boolean;
  /** Only the expression is shown, and nothing is asked. */
  folded: boolean;
}

export const newPanel: Panel = {
  expr: "",
  tab: "table",
  rangeMs: 3600e3,
  endMs: null,
  resolution: { type: "auto", density: "medium" },
  display: "lines",
  exemplars: false,
  yMin: null,
  tree: false,
  folded: false,
};

const densities: Record<Density, number> = { low: 100, medium: 250, high: 500 };

/** The distance of points in seconds. */
export function stepSeconds(panel: Panel): number {
  if (panel.resolution.type === "custom") return panel.resolution.stepMs / 1000;
  return Math.max(1, Math.round(panel.rangeMs / densities[panel.resolution.density] / 1000));
}

export function decodePanels(search: string): Panel[] {
  const params = new URLSearchParams(search);
  const panels: Panel[] = [];
  for (let i = 0; params.has(`g${i}.expr`); i++) panels.push(decode((name) => params.get(`g${i}.${name}`)));
  return panels;
}

function decode(get: (name: string) => string | null): Panel {
  const tab = get("tab");
  const display = get("display_mode");
  const yMin = Number(get("y_axis_min") || "NaN");
  return {
    expr: get("expr") ?? "",
    // Numbers are what Prometheus 2 wrote into alert links.
    tab: tab === "0" || tab === "graph" ? "graph" : tab === "explain" ? "explain" : "table",
    rangeMs: parseDuration(get("range_input") ?? "") ?? newPanel.rangeMs,
    endMs: decodeTime(get("end_input") || get("moment_input")),
    resolution: decodeResolution(get),
    display: get("stacked") === "1" || display === "stacked" ? "stacked" : display === "heatmap" ? "heatmap" : "lines",
    exemplars: get("show_exemplars") === "1",
    yMin: Number.isNaN(yMin) ? null : yMin,
    tree: get("show_tree") === "1",
    folded: get("folded") === "1",
  };
}

function decodeTime(text: string | null): number | null {
  if (!text) return null;
  const ms = Date.parse(`${text.replace(" ", "T")}${/(Z|[+-]\d\d:?\d\d)$/.test(text) ? "" : "Z"}`);
  return Number.isNaN(ms) ? null : ms;
}

function decodeResolution(get: (name: string) => string | null): Resolution {
  const density = get("res_density");
  const step = Number(get("res_type") === "auto" ? "NaN" : (get("res_step") ?? get("step_input")) || "NaN");
  if (step > 0) return { type: "custom", stepMs: step * 1000 };
  return { type: "auto", density: density === "low" || density === "high" ? density : "medium" };
}

export function encodePanels(panels: readonly Panel[]): string {
  const params = new URLSearchParams();
  panels.forEach((p, i) => {
    const set = (name: string, value: string) => params.set(`g${i}.${name}`, value);
    set("expr", p.expr);
    set("show_tree", p.tree ? "1" : "0");
    set("tab", p.tab);
    if (p.endMs !== null) {
      const text = new Date(p.endMs).toISOString().slice(0, 19).replace("T", " ");
      set("end_input", text);
      set("moment_input", text);
    }
    set("range_input", formatDuration(p.rangeMs));
    set("res_type", p.resolution.type);
    if (p.resolution.type === "auto") set("res_density", p.resolution.density);
    else set("res_step", String(p.resolution.stepMs / 1000));
    set("display_mode", p.display);
    if (p.yMin !== null) set("y_axis_min", String(p.yMin));
    set("show_exemplars", p.exemplars ? "1" : "0");
    if (p.folded) set("folded", "1");
  });
  return params.toString();
}

/** The address of an expression on the query page. */
export function queryPath(expr: string, tab: Tab = "table"): string {
  return `/query?${new URLSearchParams({ "g0.expr": expr, "g0.tab": tab }).toString()}`;
}
