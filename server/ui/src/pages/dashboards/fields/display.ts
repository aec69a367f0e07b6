/** One value as text and colour. */
import { unitFormat } from "../../../format/unit.ts";
import type { FieldConfig, Mapping, Threshold } from "../model/types.ts";
import { color, paletteColor, rampColor } from "./colors.ts";

export interface Displayed {
  text: string;
  /** Absent where the text's own colour is right. */
  color: string | undefined;
}

export interface Range {
  min: number;
  max: number;
}

export function display(value: number | string | null, config: FieldConfig, range: Range, index = 0, name = ""): Displayed {
  const mapped = config.mappings?.find((m) => fits(m, value));
  if (typeof value === "string") return { text: mapped?.text || value, color: color(mapped?.color) };
  const text = mapped?.text || (value === null ? (config.noValue ?? "–") : unitFormat(config.unit)(value, config.decimals));
  return { text, color: color(mapped?.color) ?? (value === null ? undefined : valueColor(value, config, range, index, name)) };
}

/** The colour of a value by the field's mode. */
export function valueColor(value: number, config: FieldConfig, range: Range, index: number, name: string): string | undefined {
  const mode = config.colorMode ?? "thresholds";
  if (mode === "fixed" || mode === "shades") return color(config.fixedColor);
  if (mode.startsWith("palette")) return paletteColor(index, mode, name);
  if (mode.startsWith("continuous")) return rampColor(mode, (value - range.min) / (range.max - range.min || 1));
  return color(stepAt(value, config, range)?.color);
}

/** The threshold that a value has reached. */
export function stepAt(value: number, config: FieldConfig, range: Range): Threshold | undefined {
  return absoluteSteps(config, range).findLast((s) => value >= s.from);
}

/** Thresholds as values, whether they were written so or as percentages. */
export function absoluteSteps(config: FieldConfig, range: Range): Threshold[] {
  const { percent = false, steps = [] } = config.thresholds ?? {};
  return percent ? steps.map((s) => ({ ...s, from: range.min + ((range.max - range.min) * s.from) / 100 })) : steps;
}

/** What the field's values can be: as configured, else as they are. */
export function rangeOf(config: FieldConfig, values: readonly (number | null)[], fallback?: Range): Range {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v));
  const min = config.min ?? fallback?.min ?? (known.length > 0 ? Math.min(...known) : 0);
  const max = config.max ?? fallback?.max ?? (known.length > 0 ? Math.max(...known) : 1);
  return { min, max: max > min ? max : min + 1 };
}

function fits(m: Mapping, value: number | string | null): boolean {
  switch (m.type) {
    case "value":
      return value !== null && (String(value) === m.value || (typeof value === "number" && m.value !== "" && Number(m.value) === value));
    case "range":
      return typeof value === "number" && value >= m.from && value <= m.to;
    case "regex":
      try {
        const [, pattern = m.pattern] = /^\/(.*)\/$/.exec(m.pattern) ?? [];
        return value !== null && new RegExp(pattern).test(String(value));
      } catch {
        return false;
      }
    case "special":
      return (
        ((m.match === "null" || m.match === "null+nan") && value === null) ||
        ((m.match === "nan" || m.match === "null+nan") && Number.isNaN(value)) ||
        (m.match === "empty" && value === "") ||
        (m.match === "true" && value === 1) ||
        (m.match === "false" && value === 0)
      );
  }
}
