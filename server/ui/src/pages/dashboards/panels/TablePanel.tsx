import { useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useSettings } from "../../../app/settings.ts";
import { formatTime } from "../../../format/time.ts";
import { inkColor, onColor } from "../fields/colors.ts";
import { display, rangeOf } from "../fields/display.ts";
import { matches } from "../fields/field.ts";
import { flag, list, num, object, text } from "../model/json.ts";
import type { FieldConfig, Panel } from "../model/types.ts";
import { tablesOf, type Cell, type TableColumn } from "../table/table.ts";
import { sortTable, transform } from "../table/transform.ts";
import type { Environment } from "../variables/interpolate.ts";
import type { DrawProps } from "./registry.ts";
import { ValueLink } from "./ValueLink.tsx";
import styles from "./table.module.css";

const rowHeight = 29;

/** Pixels that a column has at least, or has if its author says so. */
function least(c: TableColumn): number {
  return num(c.config.custom["width"]) || (c.kind === "value" ? 84 : 100);
}

/** Series as rows, their labels as columns. A click on a heading sorts. */
export function TablePanel({ panel, fields, answers, env, height }: DrawProps) {
  const first = object(list(panel.options["sortBy"])[0]);
  const [sort, setSort] = useState({ name: text(first["displayName"]), desc: flag(first["desc"]) });
  const box = useRef<HTMLDivElement>(null);
  const table = useMemo(() => {
    const made = transform(tablesOf(answers, fields, panel.defaults), panel, fields);
    const configured = made.columns.map((c) => ({ ...c, config: columnConfig(panel, c) }));
    const shown = configured.map((c, i) => ({ c, i })).filter(({ c }) => !flag(c.config.custom["hidden"]) && !(c.kind === "label" && c.name === "__name__"));
    return { columns: shown.map(({ c }) => ({ ...c, name: c.config.displayName ?? c.name })), rows: made.rows.map((row) => shown.map(({ i }) => row[i] ?? null)) };
  }, [answers, fields, panel]);
  const { columns, rows } = useMemo(() => (sort.name === "" ? table : sortTable(table, sort.name, sort.desc)), [table, sort]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is memoized by the compiler
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12 });
  const ranges = useMemo(() => columns.map((c, i) => rangeOf(c.config, rows.map((r) => (typeof r[i] === "number" ? r[i] : null)))), [columns, rows]);
  const template = columns.map((c) => (num(c.config.custom["width"]) ? `${least(c)}px` : `minmax(${least(c)}px, ${c.kind === "value" ? 0.7 : 1}fr)`)).join(" ");
  // The same for each row, whatever is in it: rows know nothing of each other, and columns are to stand below each other.
  const line = { gridTemplateColumns: template, minWidth: columns.reduce((sum, c) => sum + least(c), 0) };
  return (
    <div ref={box} className={styles.scroll} style={{ height }} role="table" aria-label={panel.title} aria-rowcount={rows.length}>
      <div className={styles.head} role="row" style={line}>
        {columns.map((c) => (
          <button
            key={c.name}
            type="button"
            role="columnheader"
            aria-sort={sort.name === c.name ? (sort.desc ? "descending" : "ascending") : "none"}
            className={alignment(c)}
            onClick={() => setSort({ name: c.name, desc: sort.name === c.name ? !sort.desc : c.kind === "value" })}
          >
            {c.name}
            {sort.name === c.name && (sort.desc ? " ↓" : " ↑")}
          </button>
        ))}
      </div>
      <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div key={item.key} className={styles.row} role="row" style={{ ...line, transform: `translateY(${item.start}px)` }}>
            {columns.map((c, i) => (
              <CellView key={c.name} cell={rows[item.index]?.[i] ?? null} column={c} range={ranges[i] ?? { min: 0, max: 1 }} env={env} labels={rowLabels(columns, rows[item.index] ?? [])} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface CellProps {
  cell: Cell;
  column: TableColumn;
  range: { min: number; max: number };
  env: Environment;
  labels: Record<string, string>;
}

function CellView({ cell, column, range, env, labels }: CellProps) {
  const { zone } = useSettings();
  if (column.kind === "time") return <div role="cell">{typeof cell === "number" ? formatTime(cell, zone) : ""}</div>;
  const { text: shown, color } = display(cell, column.config, range);
  const look = text(object(column.config.custom["cellOptions"])["type"]) || text(column.config.custom["displayMode"]);
  const link = (
    <ValueLink links={column.config.links} env={env} labels={labels} value={String(cell ?? "")}>
      {shown}
    </ValueLink>
  );
  if (look === "gauge" && typeof cell === "number") {
    const part = Math.min(1, Math.max(0, (cell - range.min) / (range.max - range.min)));
    return (
      <div role="cell" className={styles.gaugeCell}>
        <span className={styles.track}>
          <span className={styles.fill} style={{ width: `${part * 100}%`, background: color ?? "var(--accent)" }} />
        </span>
        <span>{link}</span>
      </div>
    );
  }
  const style = look === "color-background" && color ? { background: color, color: onColor(color) } : look === "color-text" && color ? { color: inkColor(color) } : {};
  return (
    <div role="cell" className={alignment(column)} style={style} title={shown}>
      {link}
    </div>
  );
}

function alignment(c: TableColumn): string {
  const align = text(c.config.custom["align"], "auto");
  if (align === "center") return styles.center ?? "";
  return align === "right" || (align === "auto" && c.kind === "value") ? (styles.right ?? "") : "";
}

/** Labels take nothing of the panel's defaults but how cells look; overrides hold for both. */
function columnConfig(panel: Panel, c: TableColumn): FieldConfig {
  let config: FieldConfig = c.kind === "value" ? panel.defaults : { custom: panel.defaults.custom };
  for (const o of panel.overrides) {
    if (matches(o, c)) config = { ...config, ...o.config, custom: { ...config.custom, ...o.config.custom } };
  }
  return config;
}

function rowLabels(columns: readonly TableColumn[], row: readonly Cell[]): Record<string, string> {
  return Object.fromEntries(columns.map((c, i) => [c.name, String(row[i] ?? "")]));
}
