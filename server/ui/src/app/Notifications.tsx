import type { Notification } from "../api/status.ts";
import { useApi } from "../api/useApi.ts";
import { Note } from "../ui/Note.tsx";
import styles from "./Notifications.module.css";

/** What the server itself wants known: a configuration that did not load, a shutdown. */
export function Notifications() {
  const { data } = useApi<Notification[]>("notifications", {}, { every: 15_000 });
  const active = (data ?? []).filter((n) => n.active);
  if (active.length === 0) return null;
  return (
    <div className={styles.list}>
      {active.map((n) => (
        <Note key={n.text} tone="warn">
          {n.text}
        </Note>
      ))}
    </div>
  );
}
