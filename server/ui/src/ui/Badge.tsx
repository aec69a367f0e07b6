import type { ReactNode } from "react";
import styles from "./Badge.module.css";

export type Tone = "ok" | "warn" | "bad" | "quiet" | "accent";

/** A state in a word, with its colour. */
export function Badge({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`${styles.badge} ${styles[tone]}`} title={title}>
      {children}
    </span>
  );
}

/** A state as a dot; the word stands beside it or in its label. */
export function Dot({ tone, label }: { tone: Tone; label?: string }) {
  return <span className={`${styles.dot} ${styles[tone]}`} {...(label ? { role: "img", "aria-label": label, title: label } : { "aria-hidden": true })} />;
}
