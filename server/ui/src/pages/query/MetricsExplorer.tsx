import { useDeferredValue, useState } from "react";
import { useApi } from "../../api/useApi.ts";
import { count } from "../../format/number.ts";
import { Dialog } from "../../ui/Dialog.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import field from "../../ui/Field.module.css";
import styles from "./PickList.module.css";

type Metadata = Record<string, { type: string; help: string; unit: string }[]>;

interface Props {
  onClose: () => void;
  onPick: (metric: string) => void;
}

const shown = 200;

/** All metrics with their type and help. */
export function MetricsExplorer({ onClose, onPick }: Props) {
  const [filter, setFilter] = useState("");
  const names = useApi<string[]>("label/__name__/values");
  const { data: metadata } = useApi<Metadata>("metadata", { limit_per_metric: 1 });
  const words = useDeferredValue(filter).toLowerCase().split(/\s+/).filter(Boolean);
  return (
    <Dialog title="Metrics" wide onClose={onClose}>
    <Loaded of={names} what="the metrics">
      {(all) => {
        const found = all.filter((name) => {
          const text = `${name} ${metadata?.[name]?.[0]?.help ?? ""}`.toLowerCase();
          return words.every((w) => text.includes(w));
        });
        return (
          <>
            <div className={styles.head}>
              <input className={field.input} type="search" autoFocus placeholder={`Search ${count(all.length, "metric")} by name and help`} aria-label="Search metrics" value={filter} onChange={(e) => setFilter(e.target.value)} />
            </div>
            <ul>
              {found.slice(0, shown).map((name) => {
                const about = metadata?.[name]?.[0];
                return (
                  <li key={name}>
                    <button type="button" className={`${styles.item} ${styles.metric}`} onClick={() => onPick(name)}>
                      <code>{name}</code>
                      {about && <span className={styles.type}>{about.type}</span>}
                      {about?.help && <span className={styles.help}>{about.help}</span>}
                    </button>
                  </li>
                );
              })}
            </ul>
            {found.length > shown && <p className={styles.help}>{count(found.length - shown, "more")}: narrow the search.</p>}
          </>
        );
      }}
    </Loaded>
    </Dialog>
  );
}
