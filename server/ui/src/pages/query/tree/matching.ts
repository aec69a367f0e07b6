/** Which series of two sides belong together, as PromQL's binary operators match them. */
import type { SyntaxNode } from "@lezer/common";
import type { Labels } from "../../../promql/series.ts";

export interface Matching {
  op: string;
  /** By these labels, or by all but these. */
  on: boolean;
  labels: string[];
  /** The side of which several series may share one of the other. */
  many: "none" | "left" | "right";
  /** A set operator: any number may match any number. */
  set: boolean;
  /** A comparison that drops what does not compare so. */
  filters: boolean;
}

/** Reads the operator and what is written behind it. */
export function matchingOf(node: SyntaxNode, expr: string): Matching {
  const text = (n: SyntaxNode | null | undefined) => (n ? expr.slice(n.from, n.to) : "");
  const op = text(node.firstChild?.nextSibling).toLowerCase();
  const clause = node.getChild("MatchingModifierClause");
  const [labels] = clause?.getChildren("GroupingLabels") ?? [];
  return {
    op,
    on: clause?.getChild("On") != null,
    labels: labelsIn(labels, text),
    many: clause?.getChild("GroupLeft") ? "left" : clause?.getChild("GroupRight") ? "right" : "none",
    set: op === "and" || op === "or" || op === "unless",
    filters: ["==", "!=", ">", "<", ">=", "<="].includes(op) && node.getChild("BoolModifier") === null,
  };
}

/** The text of a node of the syntax tree. */
export type TextOf = (n: SyntaxNode | null | undefined) => string;

/** The names in a list of labels, without their quotes. */
export function labelsIn(list: SyntaxNode | null | undefined, text: TextOf): string[] {
  const out: string[] = [];
  for (let child = list?.firstChild; child; child = child.nextSibling) {
    if (child.name === "LabelName") out.push(text(child));
    else if (child.name === "QuotedLabelName") out.push(text(child).slice(1, -1));
  }
  return out;
}

/** A group of series that would match each other but are too many on a side. */
export interface Crowd {
  by: Labels;
  left: number;
  right: number;
}

export interface Matches {
  /** Groups that have series on both sides. */
  pairs: number;
  leftAlone: Labels[];
  rightAlone: Labels[];
  crowds: Crowd[];
}

/** Puts the series of both sides together. */
export function matchSides(left: readonly Labels[], right: readonly Labels[], m: Matching): Matches {
  const groups = new Map<string, { by: Labels; left: Labels[]; right: Labels[] }>();
  for (const [side, series] of [["left", left], ["right", right]] as const) {
    for (const labels of series) {
      const by = signature(labels, m);
      const key = JSON.stringify(Object.entries(by).sort(([a], [b]) => (a < b ? -1 : 1)));
      const group = groups.get(key) ?? { by, left: [], right: [] };
      group[side].push(labels);
      groups.set(key, group);
    }
  }
  const out: Matches = { pairs: 0, leftAlone: [], rightAlone: [], crowds: [] };
  for (const group of groups.values()) {
    if (group.right.length === 0) out.leftAlone.push(...group.left);
    else if (group.left.length === 0) out.rightAlone.push(...group.right);
    else out.pairs++;
    const tooMany = (group.left.length > 1 && m.many !== "left") || (group.right.length > 1 && m.many !== "right");
    if (!m.set && group.left.length > 0 && group.right.length > 0 && tooMany) out.crowds.push({ by: group.by, left: group.left.length, right: group.right.length });
  }
  return out;
}

function signature(labels: Labels, m: Matching): Labels {
  const named = (name: string) => m.labels.includes(name);
  return Object.fromEntries(Object.entries(labels).filter(([name]) => (m.on ? named(name) : name !== "__name__" && !named(name))));
}
