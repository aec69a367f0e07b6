import { expect, test } from "vitest";
import { align, gridTimes } from "./align.ts";
import { classicCells, isClassic, nativeCells } from "./cells.ts";
import { sparkPath } from "./sparkPath.ts";
import { stack } from "./stack.ts";

const grid = { start: 100, end: 130, step: 10 };

test("samples go to their place on the grid and gaps stay", () => {
  expect(gridTimes(grid)).toEqual([100, 110, 120, 130]);
  expect(align({ metric: {}, values: [[100, "1"], [120.0001, "NaN"], [130, "3"], [999, "9"]] }, grid)).toEqual([1, null, null, 3]);
  expect(align({ metric: {}, values: [[110, "+Inf"]] }, grid)).toEqual([null, null, null, null]);
});

test("stacking adds up from the last, negative values downwards", () => {
  expect(stack([[1, 2, null], [10, null, 5], [-1, -2, -3], [-1, 1, 1]])).toEqual([
    [11, 3, null],
    [10, null, 6],
    [-2, -2, -3],
    [-1, 1, 1],
  ]);
});

test("classic buckets lose their accumulation, and 1 and 1.0 are one bucket", () => {
  const series = [
    { metric: { le: "1.0" }, values: [[100, "4"] as [number, string]] },
    { metric: { le: "1" }, values: [[110, "4"] as [number, string]] },
    { metric: { le: "0.5" }, values: [[100, "3"] as [number, string], [110, "1"] as [number, string]] },
    { metric: { le: "+Inf" }, values: [[100, "10"] as [number, string]] },
  ];
  expect(isClassic(series)).toBe(true);
  const { cells, rows } = classicCells(series, grid);
  expect(rows).toEqual(["0.5", "1", "+Inf"]);
  expect(cells.map((c) => [c.column, c.text, c.count])).toEqual([
    [0, "0.5", 3],
    [1, "0.5", 1],
    [0, "0.5 to 1", 1],
    [1, "0.5 to 1", 3],
    [0, "1 to +Inf", 6],
  ]);
});

test("native histograms are added up bucket by bucket", () => {
  const one = { metric: {}, histograms: [[110, { count: "3", sum: "1", buckets: [[0, "0.5", "1", "3"]] }] as [number, { count: string; sum: string; buckets: [number, string, string, string][] }]] };
  expect(nativeCells([one, one], grid).cells).toEqual([{ column: 1, low: 0.5, high: 1, count: 6, text: "0.5 to 1" }]);
});

test("a small chart needs three values", () => {
  expect(sparkPath([1, null, 2], 10, 10, true)).toBeNull();
  expect(sparkPath([0, null, 5, 10], 30, 10, true)?.line).toMatch(/^M0\.0,10\.0 L20\.0,/);
});
