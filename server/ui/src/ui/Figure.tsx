import type { ReactNode } from "react";
import styles from "./Figure.module.css";

interface Props {
  label: string;
  value: ReactNode;
  /** What the value is measured against, or more about it. */
  note?: ReactNode;
  title?: string;
}

/** One number with its name. */
export function Figure({ label, value, note, title }: Props) {
  return (
    <div className={styles.figure} title={title}>
      <dt>{label}</dt>
      <dd>
        <span className={styles.value}>{value}</span>
        {note !== undefined && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  );
}

export function Figures({ children }: { children: ReactNode }) {
  return <dl className={styles.figures}>{children}</dl>;
}
