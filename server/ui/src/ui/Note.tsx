import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Note.module.css";

type Tone = "bad" | "warn" | "info";

const icons = { bad: CircleAlert, warn: TriangleAlert, info: Info };

/** A message in the flow of the page: an error, a warning, a remark. */
export function Note({ tone, title, children }: { tone: Tone; title?: ReactNode; children?: ReactNode }) {
  const Icon = icons[tone];
  return (
    <div className={`${styles.note} ${styles[tone]}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon size={15} className={styles.icon} aria-hidden />
      <div className={styles.words}>
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div className={styles.text}>{children}</div>}
      </div>
    </div>
  );
}

/** What stands where there is nothing to show. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** A line that moves while something is fetched for the first time. */
export function Loading({ what }: { what: string }) {
  return (
    <div className={styles.loading} role="status" aria-label={`Loading ${what}`}>
      <span />
    </div>
  );
}
