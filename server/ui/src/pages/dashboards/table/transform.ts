/** Grafana's transformations of tables: those that dashboards of Prometheus data are made with. */
import { flag, list, num, object, text, type Json } from "../model/json.ts";
import type { Panel } from "../model/types.ts";
import type { Field } from "../fields/field.ts";
import { calcName, reduce } from "../fields/reduce.ts";
import { merge, type Cell, type Table } from "./table.ts";

/** Applies a panel's transformations in their order and ends with one table. */
export function transform(tables: readonly Table[], panel: Panel, fields: readonly Field[]): Table {
  let current = [...tables];
  for (const { id, options } of panel.transformations) {
    switch (id) {
      case "merge":
      case "joinByField":
      case "joinByLabels":
      case "seriesToColumns":
        current = [merge(current)];
        break;
      case "organize":
        current = current.map((t) => organize(t, options));
        break;
      case "filterFieldsByName":
        current = current.map((t) => filterByName(t, options));
        break;
      case "sortBy":
        current = current.map((t) => sortTable(t, text(object(list(options["sort"])[0])["field"]), flag(object(list(options["sort"])[0])["desc"])));
        break;
      case "limit":
        current = current.map((t) => ({ ...t, rows: t.rows.slice(0, num(options["limitField"]) ?? 10) }));
        break;
      case "reduce":
        current = [reduceRows(fields, list(options["reducers"]).map((r) => text(r)))];
        break;
      default:
        // labelsToFields: labels are columns already. Others are told of by the panel's frame.
        break;
    }
  }
  return merge(current);
}

function organize(table: Table, options: Json): Table {
  const excluded = object(options["excludeByName"]);
  const renamed = object(options["renameByName"]);
  const order = object(options["indexByName"]);
  const kept = table.columns
    .map((column, i) => ({ column, i }))
    .filter(({ column }) => excluded[column.name] !== true)
    .sort((a, b) => (num(order[a.column.name]) ?? 999) - (num(order[b.column.name]) ?? 999));
  return {
    columns: kept.map(({ column }) => ({ ...column, name: text(renamed[column.name]) || column.name })),
    rows: table.rows.map((row) => kept.map(({ i }) => row[i] ?? null)),
  };
}

function filterByName(table: Table, options: Json): Table {
  const include = object(options["include"]);
  const exclude = object(options["exclude"]);
  const kept = table.columns.map((column, i) => ({ column, i })).filter(({ column }) => ("names" in include || "pattern" in include ? named(column.name, include) : true) && !named(column.name, exclude));
  return { columns: kept.map((k) => k.column), rows: table.rows.map((row) => kept.map(({ i }) => row[i] ?? null)) };
}

function named(name: string, by: Json): boolean {
  if (list(by["names"]).includes(name)) return true;
  const pattern = text(by["pattern"]);
  if (pattern === "") return false;
  try {
    return new RegExp(/^\/(.*)\/$/.exec(pattern)?.[1] ?? pattern).test(name);
  } catch {
    return false;
  }
}

export function sortTable(table: Table, name: string, descending: boolean): Table {
  const i = table.columns.findIndex((c) => c.name === name);
  if (i < 0) return table;
  const rows = [...table.rows].sort((a, b) => compare(a[i] ?? null, b[i] ?? null));
  return { ...table, rows: descending ? rows.reverse() : rows };
}

function compare(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

/** A row for each series with the calculations as columns. */
function reduceRows(fields: readonly Field[], calcs: string[]): Table {
  const wanted = calcs.length > 0 ? calcs : ["max"];
  const config = fields[0]?.config ?? { custom: {} };
  return {
    columns: [
      { name: "Field", kind: "label", refId: "", config: { custom: {} } },
      ...wanted.map((c) => ({ name: calcName(c), kind: "value" as const, refId: "", config })),
    ],
    rows: fields.map((f) => [f.name, ...wanted.map((c) => reduce(f.values, c))]),
  };
}
