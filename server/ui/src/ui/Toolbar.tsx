import type { ReactNode } from "react";
import styles from "./Toolbar.module.css";

/** Filters above a list. They stay in view while it scrolls. */
export function Toolbar({ children }: { children: ReactNode }) {
  return (
    <div className={styles.toolbar} role="search">
      {children}
    </div>
  );
}
