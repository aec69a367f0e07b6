/** Puts the values of variables into expressions, titles and links. */
import { escapeRegex } from "../../../promql/series.ts";
import type { Scope } from "../model/layout.ts";

/** The value that stands for all values. */
export const all = "$__all";

/** A variable with what is selected now. */
export interface Chosen {
  name: string;
  label: string;
  /** What can be chosen. */
  options: string[];
  /** What is: values of options, or just `all`. */
  selected: string[];
  multi: boolean;
  includeAll: boolean;
  allValue: string;
  hidden: boolean;
  type: string;
}

export type Chosens = Readonly<Record<string, Chosen>>;

/** The values that are selected, with `all` resolved. */
export function valuesOf(chosen: Chosen | undefined): string[] {
  if (!chosen) return [];
  return chosen.selected.includes(all) ? chosen.options : chosen.selected;
}

export interface Environment {
  chosen: Chosens;
  scope: Scope;
  /** Built-in variables: __interval, __range … */
  builtin: Record<string, string>;
}

const reference = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g;

type Purpose = "promql" | "text" | "url";

/** Replaces references to variables; one to an unknown variable stays as it is. */
export function interpolate(text: string, env: Environment, purpose: Purpose): string {
  return text.replace(reference, (match: string, plain: string | undefined, old: string | undefined, oldFormat: string | undefined, braced: string | undefined, format: string | undefined) => {
    const name = plain ?? old ?? braced ?? "";
    const builtin = env.builtin[name];
    if (builtin !== undefined) return builtin;
    const scoped = env.scope[name];
    const chosen = env.chosen[name];
    const values = scoped ?? valuesOf(chosen);
    if (!scoped && !chosen) return match;
    const asked = format ?? oldFormat;
    if (!scoped && chosen && chosen.selected.includes(all) && asked !== "text") {
      if (purpose === "text") return "All";
      // The author's own expression for all goes in as it is.
      if (chosen.allValue !== "") return chosen.allValue;
      if (purpose === "url" && asked === undefined) return encodeURIComponent(all);
    }
    return asked === undefined ? byPurpose(values, purpose, chosen !== undefined && (chosen.multi || chosen.includeAll)) : formatted(values, asked);
  });
}

function byPurpose(values: string[], purpose: Purpose, regex: boolean): string {
  if (purpose === "text") return values.join(" + ");
  if (purpose === "url") return values.map(encodeURIComponent).join(",");
  if (!regex) return (values[0] ?? "").replace(/\\/g, "\\\\").replace(/"/g, '\\"');
  // Inside a string literal each backslash must be written twice.
  const escaped = values.map((v) => escapeRegex(v).replace(/\\/g, "\\\\").replace(/"/g, '\\"'));
  return escaped.length === 1 ? (escaped[0] ?? "") : `(${escaped.join("|")})`;
}

/** Grafana's named formats. */
function formatted(values: string[], format: string): string {
  switch (format) {
    case "raw":
    case "csv":
      return values.join(",");
    case "pipe":
      return values.join("|");
    case "regex":
      return values.length === 1 ? escapeRegex(values[0] ?? "") : `(${values.map(escapeRegex).join("|")})`;
    case "glob":
      return values.length === 1 ? (values[0] ?? "") : `{${values.join(",")}}`;
    case "json":
      return JSON.stringify(values);
    case "doublequote":
      return values.map((v) => `"${v.replace(/"/g, '\\"')}"`).join(",");
    case "singlequote":
    case "sqlstring":
      return values.map((v) => `'${v}'`).join(",");
    case "percentencode":
      return values.map(encodeURIComponent).join(",");
    case "text":
      return values.join(" + ");
    default:
      return values.join(",");
  }
}
