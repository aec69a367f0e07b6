/** What a part of an expression does, in words. */
import type { SyntaxNode } from "@lezer/common";
import { aggregateOpTerms, functionIdentifierTerms } from "@prometheus-io/codemirror-promql/dist/esm/complete/promql.terms.js";
import { labelsIn, matchingOf, type TextOf } from "./matching.ts";

const infos = new Map([...aggregateOpTerms, ...functionIdentifierTerms].map(({ label, info }) => [label, info]));

/** Upstream's own sentence on a function or an aggregation; empty if it has none. */
function infoOf(name: string): string {
  return infos.get(name.toLowerCase()) ?? "";
}

const matchWords: Record<string, string> = { "=": "is", "!=": "is not", "=~": "matches", "!~": "does not match" };

/** One sentence, or nothing for what says it all by itself. */
export function noteOf(node: SyntaxNode, expr: string): string {
  const text = (n: SyntaxNode | null | undefined) => (n ? expr.slice(n.from, n.to) : "");
  switch (node.name) {
    case "VectorSelector":
      return selectorNote(node, text);
    case "MatrixSelector":
      return `All samples of the last ${text(node.getChild("DurationExpr"))}, for a function that looks at a span of time.`;
    case "SubqueryExpr": {
      const [span, step] = node.getChildren("DurationExpr");
      return `Evaluates what is inside again and again over the last ${text(span)}, ${step ? `every ${text(step)}` : "at the distance of the global evaluation interval"}.`;
    }
    case "OffsetExpr":
      return `As it was ${text(node.getChild("OffsetDurationExpr"))} before.`;
    case "StepInvariantExpr":
      return "As it was at one fixed time, wherever the graph is.";
    case "AggregateExpr":
      return aggregateNote(node, text);
    case "FunctionCall":
      return sentence(infoOf(text(node.getChild("FunctionIdentifier"))));
    case "BinaryExpr":
      return binaryNote(node, expr);
    default:
      return "";
  }
}

function selectorNote(node: SyntaxNode, text: TextOf): string {
  const matchers = node.getChild("LabelMatchers");
  const conditions = [...(matchers?.getChildren("UnquotedLabelMatcher") ?? []), ...(matchers?.getChildren("QuotedLabelMatcher") ?? [])].map((m) => {
    const name = text(m.getChild("LabelName") ?? m.getChild("QuotedLabelName"));
    return `${name} ${matchWords[text(m.getChild("MatchOp"))] ?? ""} ${text(m.getChild("StringLiteral"))}`;
  });
  return `The newest sample of each series${conditions.length > 0 ? ` whose ${list(conditions)}` : ""}.`;
}

function aggregateNote(node: SyntaxNode, text: TextOf): string {
  const modifier = node.getChild("AggregateModifier");
  const labels = labelsIn(modifier?.getChild("GroupingLabels"), text);
  const over = !modifier ? "one result for all series" : modifier.getChild("By") ? (labels.length > 0 ? `one result for each ${list(labels)}` : "one result for all series") : labels.length > 0 ? `series that differ in ${list(labels)} only become one` : "one result for each series";
  return `${sentence(infoOf(text(node.getChild("AggregateOp"))))} ${sentence(over)}`.trim();
}

function binaryNote(node: SyntaxNode, expr: string): string {
  const m = matchingOf(node, expr);
  const labels = m.on ? (m.labels.length > 0 ? `the same ${list(m.labels)}` : "no labels in common: all are one") : m.labels.length > 0 ? `the same labels but ${list(m.labels)}` : "the same labels";
  switch (m.op) {
    case "and":
      return `Keeps what is left of it if there is a series with ${labels} on the right.`;
    case "unless":
      return `Keeps what is left of it unless there is a series with ${labels} on the right.`;
    case "or":
      return `All from the left, and from the right what has none with ${labels} on the left.`;
    default: {
      const many = m.many === "left" ? " Many on the left may share one on the right." : m.many === "right" ? " Many on the right may share one on the left." : "";
      return `${m.filters ? "Keeps the values on the left that compare so" : "Calculates"}; series on both sides belong together by ${labels}.${many}`;
    }
  }
}

function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`;
}
