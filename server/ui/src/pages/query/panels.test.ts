import { expect, test } from "vitest";
import { decodePanels, encodePanels, newPanel, stepSeconds, type Panel } from "./panels.ts";

test("what is written is read", () => {
  const panels: Panel[] = [
    { ...newPanel, expr: 'sum(rate(a{b="c&d=e"}[5m]))', tab: "graph", rangeMs: 6 * 3600e3, endMs: Date.UTC(2026, 10, 20, 10, 0, 0), display: "stacked", exemplars: true, yMin: 0 },
    { ...newPanel, expr: "up", tab: "explain", resolution: { type: "custom", stepMs: 15_000 }, tree: true },
    { ...newPanel, expr: "", display: "heatmap", resolution: { type: "auto", density: "high" } },
  ];
  expect(decodePanels(encodePanels(panels))).toEqual(panels);
});

test("links of Prometheus 2 are understood", () => {
  const [panel] = decodePanels("g0.expr=up%20%3D%3D%200&g0.tab=0&g0.stacked=1&g0.range_input=2h&g0.end_input=2026-11-20%2010%3A00%3A00&g0.step_input=30");
  expect(panel).toMatchObject({ expr: "up == 0", tab: "graph", display: "stacked", rangeMs: 7200e3, endMs: Date.UTC(2026, 10, 20, 10), resolution: { type: "custom", stepMs: 30_000 } });
  expect(decodePanels("g0.expr=up&g0.tab=1")[0]?.tab).toBe("table");
});

test("what is not understood is as at first", () => {
  expect(decodePanels("g0.expr=up&g0.tab=9&g0.range_input=long&g0.end_input=then&g0.res_step=x&g0.y_axis_min=low")).toEqual([{ ...newPanel, expr: "up" }]);
  expect(decodePanels("q=1")).toEqual([]);
});

test("points are never closer than a second", () => {
  expect(stepSeconds({ ...newPanel, rangeMs: 10_000 })).toBe(1);
  expect(stepSeconds({ ...newPanel, rangeMs: 3600e3 })).toBe(14);
  expect(stepSeconds({ ...newPanel, resolution: { type: "custom", stepMs: 60_000 } })).toBe(60);
});
