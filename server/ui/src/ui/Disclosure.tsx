import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Disclosure.module.css";

interface Props {
  open: boolean;
  onToggle: () => void;
  /** The line that is always there. */
  summary: ReactNode;
  children?: ReactNode;
  label: string;
}

/** A line that opens to show more. What is inside is made only when it is open. */
export function Disclosure({ open, onToggle, summary, children, label }: Props) {
  return (
    <div className={`${styles.box} ${open ? styles.open : ""}`}>
      <div
        className={styles.summary}
        onClick={(e) => {
          // Links and text that somebody is selecting are not for opening.
          if ((e.target as HTMLElement).closest("a, button") || getSelection()?.toString()) return;
          onToggle();
        }}
      >
        <button type="button" className={styles.toggle} aria-expanded={open} aria-label={label} onClick={onToggle}>
          <ChevronRight size={14} />
        </button>
        {summary}
      </div>
      {open && <div className={styles.body}>{children}</div>}
    </div>
  );
}
