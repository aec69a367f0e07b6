import type { ChartSeries } from "../../../charts/series.ts";
import { unitFormat } from "../../../format/unit.ts";
import type { Field } from "../fields/field.ts";
import { calcName, reduce } from "../fields/reduce.ts";
import styles from "./panels.module.css";

interface Props {
  fields: readonly Field[];
  series: readonly ChartSeries[];
  table: boolean;
  calcs: readonly string[];
  maxHeight: number;
  near: number | null;
  onHover: (index: number | null) => void;
  onToggle: (name: string, only: boolean) => void;
}

/** The names of a chart's lines, with figures if the author wants them. */
export function PanelLegend({ fields, series, table, calcs, maxHeight, near, onHover, onToggle }: Props) {
  const byName = new Map(fields.map((f) => [f.name, f]));
  const value = (name: string, calc: string) => {
    const field = byName.get(name);
    const reduced = field ? reduce(field.values, calc) : null;
    return reduced === null ? "–" : unitFormat(field?.config.unit)(reduced, field?.config.decimals);
  };
  const name = (s: ChartSeries, i: number) => (
    <button
      type="button"
      className={`${styles.legendName} ${s.hidden ? styles.legendHidden : ""} ${near === i ? styles.legendNear : ""}`}
      title={`${s.name}\nClick: only this. Ctrl+click: hide or show.`}
      onMouseEnter={() => onHover(i)}
      onClick={(e) => onToggle(s.name, !(e.ctrlKey || e.metaKey))}
    >
      <span className={styles.swatch} style={{ background: s.color }} />
      <span className={styles.legendText}>{s.name}</span>
    </button>
  );
  if (!table) {
    return (
      <div className={styles.legendList} style={{ maxHeight }} onMouseLeave={() => onHover(null)}>
        {series.map((s, i) => (
          <span key={i} className={styles.legendItem}>
            {name(s, i)}
            {calcs.map((c) => (
              <span key={c} className={styles.legendValue}>
                {calcName(c)}: {value(s.name, c)}
              </span>
            ))}
          </span>
        ))}
      </div>
    );
  }
  return (
    <div className={styles.legendTable} style={{ maxHeight }} onMouseLeave={() => onHover(null)}>
      <table>
        <thead>
          <tr>
            <th>Name</th>
            {calcs.map((c) => (
              <th key={c}>{calcName(c)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.map((s, i) => (
            <tr key={i}>
              <td>{name(s, i)}</td>
              {calcs.map((c) => (
                <td key={c}>{value(s.name, c)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
