/** Answers as tables, before and after transformations. */
import { parseValue } from "../../../api/query.ts";
import type { Answered, Field } from "../fields/field.ts";
import type { FieldConfig } from "../model/types.ts";

export type Cell = string | number | null;

export interface TableColumn {
  name: string;
  /** Labels are text, values are numbers in the field's unit. */
  kind: "time" | "label" | "value";
  refId: string;
  config: FieldConfig;
}

export interface Table {
  columns: TableColumn[];
  rows: Cell[][];
}

/** One table for each target: time, labels, value. */
export function tablesOf(answers: readonly Answered[], fields: readonly Field[], defaults: FieldConfig): Table[] {
  const several = answers.length > 1;
  let index = 0;
  return answers.map(({ target, series }) => {
    const names = [...new Set(series.flatMap((s) => Object.keys(s.metric)))].sort();
    const plain: FieldConfig = { custom: defaults.custom };
    const columns: TableColumn[] = [
      { name: "Time", kind: "time", refId: target.refId, config: plain },
      ...names.map((name): TableColumn => ({ name, kind: "label", refId: target.refId, config: plain })),
      { name: several ? `Value #${target.refId}` : "Value", kind: "value", refId: target.refId, config: fields[index]?.config ?? defaults },
    ];
    index += series.length;
    const rows = series.map((s): Cell[] => {
      const sample = s.values?.at(-1);
      return [sample ? sample[0] * 1000 : null, ...names.map((n) => s.metric[n] ?? ""), sample ? parseValue(sample[1]) : null];
    });
    return { columns, rows };
  });
}

/** Puts tables together: rows with the same labels become one. */
export function merge(tables: readonly Table[]): Table {
  const [first] = tables;
  if (!first || tables.length === 1) return first ?? { columns: [], rows: [] };
  const columns: TableColumn[] = [];
  for (const c of tables.flatMap((t) => t.columns)) if (!columns.some((k) => k.name === c.name)) columns.push(c);
  // Values last, as the author of the queries sees them.
  columns.sort((a, b) => Number(a.kind === "value") - Number(b.kind === "value"));
  // A query without series has no labels, and does not say that the others' differ.
  const filled = tables.filter((t) => t.rows.length > 0);
  const shared = columns.filter((c) => c.kind === "label" && filled.every((t) => t.columns.some((k) => k.name === c.name)));
  const rows = new Map<string, Cell[]>();
  tables.forEach((table, t) => {
    const at = table.columns.map((c) => columns.findIndex((k) => k.name === c.name));
    table.rows.forEach((row, r) => {
      const key = shared.length > 0 ? JSON.stringify(shared.map((s) => row[table.columns.findIndex((c) => c.name === s.name)])) : `${t} ${r}`;
      const merged = rows.get(key) ?? columns.map(() => null);
      row.forEach((cell, i) => {
        const to = at[i] ?? -1;
        if (to >= 0 && cell !== null && cell !== "") merged[to] = cell;
      });
      rows.set(key, merged);
    });
  });
  return { columns, rows: [...rows.values()] };
}
