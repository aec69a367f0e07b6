import { useEffect, type ReactNode } from "react";
import styles from "./Page.module.css";

interface Props {
  title: string;
  /** One sentence or a few figures under the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: its heading, and its name in the browser's tab. */
export function Page({ title, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${siteName}`;
  }, [title]);
  return (
    <>
      <header className={styles.header}>
        <div className={styles.words}>
          <h1 className={styles.title}>{title}</h1>
          {lead !== undefined && <div className={styles.lead}>{lead}</div>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={styles.content}>{children}</div>
    </>
  );
}

/** The title the server was started with. */
export const siteName = document.title;
