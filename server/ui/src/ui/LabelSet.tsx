import type { Labels } from "../promql/series.ts";
import styles from "./LabelSet.module.css";

interface Props {
  labels: Labels;
  /** Names not to show, since they stand elsewhere. */
  without?: readonly string[];
}

/** Labels as chips, each easy to select and copy as PromQL. */
export function LabelSet({ labels, without = [] }: Props) {
  const entries = Object.entries(labels).filter(([name]) => !without.includes(name));
  return (
    <span className={styles.set}>
      {entries.map(([name, value]) => (
        <code key={name} className={styles.label}>
          <span className={styles.name}>{name}=</span>
          {`"${value}"`}
        </code>
      ))}
    </span>
  );
}
