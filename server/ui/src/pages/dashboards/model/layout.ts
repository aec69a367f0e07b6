/** Where panels lie once those that repeat have been repeated. */
import type { GridPos, Panel, Section } from "./types.ts";

/** Values of variables that hold for one panel or row only. */
export type Scope = Record<string, string[]>;

export interface PlacedPanel {
  key: string;
  panel: Panel;
  pos: GridPos;
  scope: Scope;
}

export interface PlacedSection {
  key: string;
  title: string | null;
  collapsed: boolean;
  scope: Scope;
  panels: PlacedPanel[];
}

/** All selected values of a variable. */
export type ValuesOf = (variable: string) => string[];

export function placeSections(sections: readonly Section[], valuesOf: ValuesOf): PlacedSection[] {
  return sections.flatMap((section, i) => {
    const repeat = section.row?.repeat ?? "";
    const scopes: Scope[] = repeat === "" ? [{}] : valuesOf(repeat).map((v) => ({ [repeat]: [v] }));
    return scopes.map((scope, k) => ({
      key: `${i}-${k}`,
      title: section.row?.title ?? null,
      collapsed: section.row?.collapsed ?? false,
      scope,
      panels: place(section.panels, scope, valuesOf, `${i}-${k}`),
    }));
  });
}

/** Repeated panels push down what lies below them. */
function place(panels: readonly Panel[], scope: Scope, valuesOf: ValuesOf, prefix: string): PlacedPanel[] {
  const top = Math.min(...panels.map((p) => p.pos.y));
  let pushed = 0;
  const out: PlacedPanel[] = [];
  panels.forEach((panel, n) => {
    const pos = { ...panel.pos, y: panel.pos.y - top + pushed };
    const values = panel.repeat ? valuesOf(panel.repeat.variable) : [];
    if (!panel.repeat || values.length === 0) {
      out.push({ key: `${prefix}-${n}`, panel, pos, scope });
      return;
    }
    const { variable, vertical, perRow } = panel.repeat;
    const across = vertical ? 1 : Math.max(1, Math.min(perRow, values.length));
    const w = vertical ? pos.w : Math.floor(24 / across);
    values.forEach((value, k) => {
      const at = { x: vertical ? pos.x : (k % across) * w, y: pos.y + Math.floor(k / across) * pos.h, w, h: pos.h };
      out.push({ key: `${prefix}-${n}-${value}`, panel, pos: at, scope: { ...scope, [variable]: [value] } });
    });
    pushed += (Math.ceil(values.length / across) - 1) * pos.h;
  });
  return out;
}
