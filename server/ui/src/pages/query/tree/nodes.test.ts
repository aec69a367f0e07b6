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

test("each part says what it does", () => {
  const notes = (expr: string): string[] => {
    const out: string[] = [];
    const walk = (n: ExprNode) => {
      out.push(n.note);
      n.children.forEach(walk);
    };
    const root = parseTree(expr);
    if (root) walk(root);
    return out;
  };
  expect(notes('sum by (job, "my.label") (rate(a{b="c", d!~"e"}[5m]))')).toEqual([
    "Calculate sum over dimensions. One result for each job and my.label.",
    "Calculate per-second increase over a range vector (for counters).",
    "All samples of the last 5m, for a function that looks at a span of time.",
    'The newest sample of each series whose b is "c" and d does not match "e".',
  ]);
  expect(notes("a unless on (job) b")[0]).toBe("Keeps what is left of it unless there is a series with the same job on the right.");
  expect(notes("a > ignoring (pod) group_left b")[0]).toBe("Keeps the values on the left that compare so; series on both sides belong together by the same labels but pod. Many on the left may share one on the right.");
  expect(notes("max_over_time(a[1h:1m] offset 1d)")).toContain("Evaluates what is inside again and again over the last 1h, every 1m.");
  expect(notes("max_over_time(a[1h:1m] offset 1d)")).toContain("As it was 1d before.");
});
