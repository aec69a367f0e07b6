import { inkColor } from "../fields/colors.ts";
import { reduced, type Reduced } from "../fields/reduced.ts";
import { text } from "../model/json.ts";
import type { DrawProps } from "./registry.ts";
import styles from "./stat.module.css";

/** A bar for each series, to compare them. */
export function BarGaugePanel({ panel, fields, height }: DrawProps) {
  const values = reduced(panel, fields).map((v) => ({ ...v, part: fraction(v) }));
  if (text(panel.options["orientation"]) === "vertical") {
    return (
      <div className={styles.columns} style={{ height }}>
        {values.map((v) => (
          <div key={v.field.index} className={styles.column} title={v.field.name}>
            <span className={styles.barValue} style={v.color ? { color: inkColor(v.color) } : {}}>
              {v.text}
            </span>
            <div className={styles.columnTrack}>
              <div className={styles.columnFill} style={{ height: `${v.part * 100}%`, background: v.color ?? "var(--accent)" }} />
            </div>
            <span className={styles.gaugeName}>{v.field.name}</span>
          </div>
        ))}
      </div>
    );
  }
  return (
    <div className={styles.bars} style={{ height }}>
      {values.map((v) => (
        <div key={v.field.index} className={styles.bar}>
          <div className={styles.barHead}>
            <span className={styles.barName} title={v.field.name}>
              {v.field.name}
            </span>
            <span className={styles.barValue} style={v.color ? { color: inkColor(v.color) } : {}}>
              {v.text}
            </span>
          </div>
          <div className={styles.track}>
            <div className={styles.fill} style={{ width: `${v.part * 100}%`, background: v.color ?? "var(--accent)" }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** How much of the bar is filled. Without a minimum of its own a bar begins at zero. */
function fraction(v: Reduced): number {
  const min = v.field.config.min ?? Math.min(0, v.range.min);
  return Math.min(1, Math.max(0, ((v.value ?? min) - min) / (v.range.max - min || 1)));
}
