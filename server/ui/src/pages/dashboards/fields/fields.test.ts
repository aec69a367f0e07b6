import { expect, test } from "vitest";
import { readDashboard } from "../model/read.ts";
import type { FieldConfig, Panel } from "../model/types.ts";
import { tablesOf, merge } from "../table/table.ts";
import { transform } from "../table/transform.ts";
import { color, rampColor } from "./colors.ts";
import { display, rangeOf, stepAt } from "./display.ts";
import { fieldsOf, legend, type Answered } from "./field.ts";
import { reduce } from "./reduce.ts";

const range = { min: 0, max: 100 };
const steps = [{ from: -Infinity, color: "green" }, { from: 50, color: "orange" }, { from: 90, color: "#ff0000" }];

test("a value is shown by mapping, else by unit, in the colour of its threshold", () => {
  const config: FieldConfig = { custom: {}, unit: "percent", thresholds: { percent: false, steps }, mappings: [{ type: "value", value: "0", text: "Down", color: "red" }, { type: "range", from: 10, to: 20, text: "low", color: "" }, { type: "special", match: "null", text: "gone", color: "" }, { type: "regex", pattern: "^err", text: "", color: "red" }] };
  expect(display(0, config, range)).toEqual({ text: "Down", color: color("red") });
  expect(display(15, config, range).text).toBe("low");
  expect(display(null, config, range)).toEqual({ text: "gone", color: undefined });
  expect(display(75, config, range)).toEqual({ text: "75%", color: color("orange") });
  expect(display(95, config, range).color).toBe("#ff0000");
  expect(display("error", config, range).color).toBe(color("red"));
  expect(display(null, { custom: {} }, range).text).toBe("–");
});

test("thresholds may be parts of the range", () => {
  const config: FieldConfig = { custom: {}, thresholds: { percent: true, steps } };
  expect(stepAt(1100, config, { min: 1000, max: 1200 })?.color).toBe("orange");
  expect(rangeOf({ custom: {} }, [null, 3, 8])).toEqual({ min: 3, max: 8 });
  expect(rangeOf({ custom: {}, min: 0 }, [5, 5])).toEqual({ min: 0, max: 5 });
  expect(rangeOf({ custom: {} }, [], { min: 0, max: 100 })).toEqual(range);
});

test("colours by name, and nothing that is no colour", () => {
  expect(color("green")).toMatch(/^#/);
  expect(color("semi-dark-red")).toContain("color-mix");
  expect(color("rgba(1, 2, 3, 0.5)")).toBe("rgba(1, 2, 3, 0.5)");
  expect(color("url(https://example.org)")).toBeUndefined();
  expect(rampColor("continuous-GrYlRd", 0.5)).toContain("0%");
  expect(rampColor("thresholds", 0.5)).toBeUndefined();
});

test.each([
  ["lastNotNull", 3],
  ["last", null],
  ["first", null],
  ["firstNotNull", 1],
  ["min", 1],
  ["max", 3],
  ["mean", 2],
  ["sum", 4],
  ["count", 2],
  ["range", 2],
  ["diff", 2],
  ["anything", 3],
])("%s", (calc, want) => expect(reduce([null, 1, NaN, 3, null], calc)).toBe(want));

function panelOf(raw: object): Panel {
  const panel = readDashboard({ panels: [raw] }).sections[0]?.panels[0];
  if (!panel) throw new Error("no panel");
  return panel;
}

function answered(panel: Panel, i: number, series: Record<string, string>[], value = 1): Answered {
  const target = panel.targets[i];
  if (!target) throw new Error("no target");
  return { target, grid: { start: 0, end: 10, step: 10 }, series: series.map((metric, k) => ({ metric, values: [[10, String(value + k)]] })) };
}

test("overrides change the fields that they match", () => {
  const panel = panelOf({
    type: "timeseries",
    targets: [{ refId: "A", expr: "up", legendFormat: "{{job}} x" }],
    fieldConfig: {
      defaults: { unit: "s", custom: { lineWidth: 1, fillOpacity: 5 } },
      overrides: [
        { matcher: { id: "byName", options: "a x" }, properties: [{ id: "unit", value: "bytes" }, { id: "custom.fillOpacity", value: 90 }, { id: "displayName", value: "${__field.labels.job} of ${__field.name}" }] },
        { matcher: { id: "byRegexp", options: "/^b/" }, properties: [{ id: "decimals", value: 1 }] },
      ],
    },
  });
  const fields = fieldsOf(panel, [answered(panel, 0, [{ job: "a" }, { job: "b" }])]);
  expect(fields.map((f) => [f.name, f.config.unit, f.config.decimals, f.config.custom])).toEqual([
    ["a of a x", "bytes", undefined, { lineWidth: 1, fillOpacity: 90 }],
    ["b x", "s", 1, { lineWidth: 1, fillOpacity: 5 }],
  ]);
  expect(legend({ ...panel.targets[0]!, legend: "__auto" }, {})).toBe("up");
});

test("tables of several queries become one row for each set of labels", () => {
  const panel = panelOf({
    type: "table",
    targets: [{ refId: "A", expr: "a", instant: true, format: "table" }, { refId: "B", expr: "b", instant: true, format: "table" }],
    transformations: [{ id: "merge", options: {} }, { id: "organize", options: { excludeByName: { Time: true }, renameByName: { "Value #A": "Requests" }, indexByName: { "Value #B": 0 } } }, { id: "sortBy", options: { sort: [{ field: "Requests", desc: true }] } }],
  });
  const answers = [answered(panel, 0, [{ pod: "x" }, { pod: "y" }], 10), answered(panel, 1, [{ pod: "y" }], 5)];
  const fields = fieldsOf(panel, answers);
  const table = transform(tablesOf(answers, fields, panel.defaults), panel, fields);
  expect(table.columns.map((c) => c.name)).toEqual(["Value #B", "pod", "Requests"]);
  expect(table.rows).toEqual([
    [5, "y", 11],
    [null, "x", 10],
  ]);
  expect(merge([])).toEqual({ columns: [], rows: [] });
});

test("reduce gives a row for each series", () => {
  const panel = panelOf({ type: "table", targets: [{ refId: "A", expr: "a", legendFormat: "{{pod}}" }], transformations: [{ id: "reduce", options: { reducers: ["max", "lastNotNull"] } }] });
  const answers = [answered(panel, 0, [{ pod: "x" }], 3)];
  const fields = fieldsOf(panel, answers);
  expect(transform(tablesOf(answers, fields, panel.defaults), panel, fields)).toMatchObject({ columns: [{ name: "Field" }, { name: "Max" }, { name: "Last" }], rows: [["x", 3, 3]] });
});
