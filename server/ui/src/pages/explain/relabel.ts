/** Relabel rules in words, and what they did. */
import type { RelabelRule } from "../../api/targets.ts";
import type { Labels } from "../../promql/series.ts";

const anything = "(.*)";

/** The rule as a sentence. */
export function ruleText(rule: RelabelRule): string {
  const { source_labels: sources = [], separator = ";", regex = anything, target_label: target = "", replacement = "$1", action = "replace", modulus = 0 } = rule;
  const source = sources.join(separator) || "(nothing)";
  const where = regex === anything || regex === "" ? "" : ` where ${source} matches ${regex}`;
  switch (action.toLowerCase()) {
    case "keep":
      return `keep only if ${source} matches ${regex}`;
    case "drop":
      return `drop if ${source} matches ${regex}`;
    case "keepequal":
      return `keep only if ${source} equals ${target}`;
    case "dropequal":
      return `drop if ${source} equals ${target}`;
    case "replace":
      if (replacement === "$1" && regex === anything) return `set ${target} to ${source}`;
      return `set ${target} to ${replacement === "" ? "nothing" : replacement}${where}`;
    case "lowercase":
      return `set ${target} to ${source} in lower case`;
    case "uppercase":
      return `set ${target} to ${source} in upper case`;
    case "hashmod":
      return `set ${target} to the hash of ${source} modulo ${modulus}`;
    case "labelmap":
      return `copy labels that match ${regex} to ${replacement}`;
    case "labeldrop":
      return `remove labels that match ${regex}`;
    case "labelkeep":
      return `remove labels that do not match ${regex}`;
    default:
      return action;
  }
}

export interface Change {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/** Which labels differ. */
export function changes(before: Labels, after: Labels): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => (before[name] ?? "") !== (after[name] ?? ""))
    .sort()
    .map((name) => ({ name, before: before[name], after: after[name] }));
}

/** The value a keep or drop rule looked at. */
export function examined(rule: RelabelRule, labels: Labels): string {
  return (rule.source_labels ?? []).map((name) => labels[name] ?? "").join(rule.separator ?? ";");
}
