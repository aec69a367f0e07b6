/** The expressions that an expression consists of, each as the text it was written in. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { matchingOf, type Matching } from "./matching.ts";
import { noteOf } from "./notes.ts";

export interface ExprNode {
  text: string;
  /** What it is: "sum", "rate()", "/", "selector" … */
  what: string;
  children: ExprNode[];
  /** A selector of a range has no value at one instant that could be counted as series. */
  range: boolean;
  /** What it does, in a sentence. */
  note: string;
  /** How the sides of a binary operator find each other; both sides are its children if neither is a number. */
  matching?: Matching;
}

const language = parser.configure({ top: "PromQL" });

/** The kinds of syntax nodes that are expressions. */
const expressions = new Set([
  "AggregateExpr", "AnchoredExpr", "BinaryExpr", "FunctionCall", "MatrixSelector", "NumberDurationLiteral", "OffsetExpr", "ParenExpr", "SmoothedExpr",
  "StepInvariantExpr", "StringLiteral", "SubqueryExpr", "UnaryExpr", "VectorSelector",
]);

/** Whether numbers and strings are worth a line of their own: never. */
const plain = new Set(["NumberDurationLiteral", "StringLiteral"]);

/** Parses the expression; null if it is not one. */
export function parseTree(expr: string): ExprNode | null {
  const tree = language.parse(expr);
  let broken = false;
  tree.iterate({ enter: (node) => void (broken ||= node.type.isError) });
  if (broken) return null;
  return expressionsIn(tree.topNode, expr)[0] ?? null;
}

function expressionsIn(parent: SyntaxNode, expr: string): ExprNode[] {
  const out: ExprNode[] = [];
  for (let child = parent.firstChild; child; child = child.nextSibling) {
    if (plain.has(child.name)) continue;
    if (!expressions.has(child.name)) {
      out.push(...expressionsIn(child, expr));
    } else if (child.name === "ParenExpr") {
      out.push(...expressionsIn(child, expr));
    } else {
      out.push({
        text: expr.slice(child.from, child.to),
        what: describe(child, expr),
        children: expressionsIn(child, expr).filter(() => child.name !== "VectorSelector"),
        range: child.name === "MatrixSelector" || child.name === "SubqueryExpr",
        note: noteOf(child, expr),
        ...(child.name === "BinaryExpr" && { matching: matchingOf(child, expr) }),
      });
    }
  }
  return out;
}

function describe(node: SyntaxNode, expr: string): string {
  const text = (n: SyntaxNode | null | undefined) => (n ? expr.slice(n.from, n.to) : "");
  switch (node.name) {
    case "AggregateExpr":
      return text(node.getChild("AggregateOp"));
    case "FunctionCall":
      return `${text(node.getChild("FunctionIdentifier"))}()`;
    case "BinaryExpr":
      return text(node.firstChild?.nextSibling);
    case "VectorSelector":
      return "selector";
    case "MatrixSelector":
      return "range";
    case "SubqueryExpr":
      return "subquery";
    case "OffsetExpr":
      return "offset";
    case "StepInvariantExpr":
      return "@";
    case "UnaryExpr":
      return "sign";
    case "AnchoredExpr":
      return "anchored";
    case "SmoothedExpr":
      return "smoothed";
    default:
      return "";
  }
}
