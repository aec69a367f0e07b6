import type { ReactNode } from "react";
import styles from "./Card.module.css";

interface Props {
  title?: ReactNode;
  /** Beside the title, quieter. */
  note?: ReactNode;
  actions?: ReactNode;
  /** Tables and lists bring their own distances. */
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, note, actions, flush = false, children }: Props) {
  return (
    <section className={styles.card}>
      {(title !== undefined || actions !== undefined) && (
        <header className={styles.header}>
          <h2 className={styles.title}>{title}</h2>
          {note !== undefined && <span className={styles.note}>{note}</span>}
          <div className={styles.actions}>{actions}</div>
        </header>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}
