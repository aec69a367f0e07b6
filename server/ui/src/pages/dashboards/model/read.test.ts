import { expect, test } from "vitest";
import { placeSections } from "./layout.ts";
import { readDashboard } from "./read.ts";

test("nothing that strangers write makes it fail", () => {
  for (const raw of [null, 7, "x", [], {}, { panels: "x" }, { panels: [null, 3, {}] }, { templating: { list: [{}] } }, { panels: [{ fieldConfig: { overrides: [{ properties: [{ id: "custom.x" }, {}] }], defaults: { mappings: [{}], thresholds: { steps: [{}] } } } }] }]) {
    expect(() => readDashboard(raw)).not.toThrow();
  }
});

test("rows keep their panels, open or collapsed", () => {
  const panel = (title: string, y: number) => ({ title, type: "stat", gridPos: { x: 0, y, w: 6, h: 4 } });
  const d = readDashboard({
    panels: [
      panel("below", 11),
      { type: "row", title: "Open", gridPos: { y: 10 } },
      panel("first", 0),
      { type: "row", title: "Closed", collapsed: true, gridPos: { y: 20 }, panels: [panel("inside", 21)] },
    ],
  });
  expect(d.sections.map((s) => [s.row?.title, s.row?.collapsed, s.panels.map((p) => p.title)])).toEqual([
    [undefined, undefined, ["first"]],
    ["Open", false, ["below"]],
    ["Closed", true, ["inside"]],
  ]);
});

test("what is left out is said", () => {
  const d = readDashboard({ elements: {}, annotations: { list: [{ builtIn: 1 }, { name: "deploys" }] }, templating: { list: [{ name: "filter", type: "adhoc" }] } });
  expect(d.omitted).toHaveLength(3);
  expect(d.variables).toEqual([]);
});

test("targets that cannot be asked say why", () => {
  const d = readDashboard({
    panels: [
      {
        type: "timeseries",
        datasource: { type: "prometheus" },
        targets: [
          { refId: "A", expr: "up" },
          { refId: "B", datasource: { type: "__expr__", uid: "__expr__" } },
          { refId: "C", datasource: { type: "loki" } },
          { refId: "D", hide: true, expr: "hidden" },
          { refId: "E", expr: "now", instant: true, range: true },
        ],
      },
    ],
  });
  const targets = d.sections[0]?.panels[0]?.targets ?? [];
  expect(targets.map((t) => [t.refId, t.unsupported !== "", t.instant])).toEqual([["A", false, false], ["B", true, false], ["C", true, false], ["E", false, false]]);
});

test("panels that repeat push down what is below them", () => {
  const d = readDashboard({
    panels: [
      { type: "stat", title: "$pod", repeat: "pod", maxPerRow: 2, gridPos: { x: 0, y: 5, w: 24, h: 4 } },
      { type: "stat", title: "below", gridPos: { x: 0, y: 9, w: 24, h: 4 } },
    ],
  });
  const [section] = placeSections(d.sections, () => ["a", "b", "c"]);
  expect(section?.panels.map((p) => [p.panel.title, p.scope["pod"]?.[0], p.pos])).toEqual([
    ["$pod", "a", { x: 0, y: 0, w: 12, h: 4 }],
    ["$pod", "b", { x: 12, y: 0, w: 12, h: 4 }],
    ["$pod", "c", { x: 0, y: 4, w: 12, h: 4 }],
    ["below", undefined, { x: 0, y: 8, w: 24, h: 4 }],
  ]);
});

test("a row that repeats gives each its value", () => {
  const d = readDashboard({ panels: [{ type: "row", title: "$ns", repeat: "ns", gridPos: { y: 0 } }, { type: "stat", gridPos: { y: 1 } }] });
  expect(placeSections(d.sections, () => ["a", "b"]).map((s) => s.scope)).toEqual([{ ns: ["a"] }, { ns: ["b"] }]);
});
