import type { Alertmanagers } from "../../api/rules.ts";
import { useApi } from "../../api/useApi.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import styles from "./StatusPage.module.css";

/** Where alerts are sent. */
export function AlertmanagersTab() {
  const alertmanagers = useApi<Alertmanagers>("alertmanagers", {}, { every: 15_000 });
  return (
    <Loaded of={alertmanagers} what="the Alertmanagers">
      {({ activeAlertmanagers: active, droppedAlertmanagers: dropped }) =>
        (active ?? []).length + (dropped ?? []).length === 0 ? (
          <Empty title="No Alertmanager">Alerts are evaluated and shown here, and sent nowhere.</Empty>
        ) : (
          <div className={styles.list}>
            {(active ?? []).map(({ url }) => (
              <div key={url} className={styles.line}>
                <Badge tone="ok">in use</Badge>
                <code>{url}</code>
              </div>
            ))}
            {(dropped ?? []).map(({ url }) => (
              <div key={url} className={styles.line}>
                <Badge tone="quiet">dropped</Badge>
                <code>{url}</code>
              </div>
            ))}
          </div>
        )
      }
    </Loaded>
  );
}
