import { expect, test } from "vitest";
import { matchSides } from "./matching.ts";
import { parseTree } from "./nodes.ts";

function matchingIn(expr: string) {
  const matching = parseTree(expr)?.matching;
  if (!matching) throw new Error(`${expr} is no binary operator`);
  return matching;
}

const left = [{ __name__: "a", job: "x", pod: "1" }, { __name__: "a", job: "x", pod: "2" }, { __name__: "a", job: "y", pod: "1" }];
const right = [{ __name__: "b", job: "x" }, { __name__: "b", job: "z" }];

test("what is written behind the operator is read", () => {
  expect(matchingIn("a * on (job) group_left (version) b")).toEqual({ op: "*", on: true, labels: ["job"], many: "left", set: false, filters: false });
  expect(matchingIn("a > bool ignoring (pod, node) b")).toEqual({ op: ">", on: false, labels: ["pod", "node"], many: "none", set: false, filters: false });
  expect(matchingIn("a > b").filters).toBe(true);
  expect(matchingIn("a and b").set).toBe(true);
});

test("without a list all labels but the name must be the same", () => {
  expect(matchSides(left, right, matchingIn("a / b"))).toEqual({ pairs: 0, leftAlone: left, rightAlone: right, crowds: [] });
});

test("series that find nobody, and too many that find one, are told", () => {
  const found = matchSides(left, right, matchingIn("a / on (job) b"));
  expect(found).toEqual({ pairs: 1, leftAlone: [left[2]], rightAlone: [right[1]], crowds: [{ by: { job: "x" }, left: 2, right: 1 }] });
  expect(matchSides(left, right, matchingIn("a / on (job) group_left b")).crowds).toEqual([]);
  expect(matchSides(left, right, matchingIn("a / on (job) group_right b")).crowds).toHaveLength(1);
  expect(matchSides(left, right, matchingIn("a and on (job) b")).crowds).toEqual([]);
});
