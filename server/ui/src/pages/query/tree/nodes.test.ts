import { expect, test } from "vitest";
import { parseTree, type ExprNode } from "./nodes.ts";

function outline(node: ExprNode | null, depth = 0): string[] {
  if (!node) return [];
  return [`${" ".repeat(depth)}${node.what}: ${node.text}`, ...node.children.flatMap((c) => outline(c, depth + 1))];
}

test("each part is the text it was written in", () => {
  expect(outline(parseTree('sum by (job) (rate(a{b="c"}[5m])) / on (job) (b offset 1h)'))).toEqual([
    '/: sum by (job) (rate(a{b="c"}[5m])) / on (job) (b offset 1h)',
    ' sum: sum by (job) (rate(a{b="c"}[5m]))',
    '  rate(): rate(a{b="c"}[5m])',
    '   range: a{b="c"}[5m]',
    '    selector: a{b="c"}',
    " offset: b offset 1h",
    "  selector: b",
  ]);
});

test("an expression with an error has no parts", () => {
  expect(parseTree("sum(")).toBeNull();
});
