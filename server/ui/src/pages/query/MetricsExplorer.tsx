import { Tags } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useApi } from "../../api/useApi.ts";
import { count } from "../../format/number.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import field from "../../ui/Field.module.css";
import { LabelExplorer } from "./LabelExplorer.tsx";
import styles from "./PickList.module.css";

type Metadata = Record<string, { type: string; help: string; unit: string }[]>;

interface Props {
  onClose: () => void;
  onPick: (selector: string) => void;
}

const shown = 200;

/** All metrics with their type and help, and behind each its labels. */
export function MetricsExplorer({ onClose, onPick }: Props) {
  const [filter, setFilter] = useState("");
  const [explored, setExplored] = useState<string | null>(null);
  const names = useApi<string[]>("label/__name__/values");
  const { data: metadata } = useApi<Metadata>("metadata", { limit_per_metric: 1 });
  const words = useDeferredValue(filter).toLowerCase().split(/\s+/).filter(Boolean);
  // Histograms' and summaries' series are not named as their families are.
  const about = (name: string) => (metadata?.[name] ?? metadata?.[name.replace(/_(bucket|sum|count|total)$/, "")])?.[0];
  return (
    <Dialog title={explored === null ? "Metrics" : "Labels"} wide onClose={onClose}>
      {explored !== null && <LabelExplorer key={explored} metric={explored} help={about(explored)?.help ?? ""} onBack={() => setExplored(null)} onPick={onPick} />}
      {explored === null && (
        <Loaded of={names} what="the metrics">
          {(all) => {
            const found = all.filter((name) => {
              const text = `${name} ${about(name)?.help ?? ""} ${about(name)?.type ?? ""}`.toLowerCase();
              return words.every((w) => text.includes(w));
            });
            return (
              <>
                <div className={styles.head}>
                  <input className={field.input} type="search" autoFocus placeholder={`Search ${count(all.length, "metric")} by name, help and type`} aria-label="Search metrics" value={filter} onChange={(e) => setFilter(e.target.value)} />
                </div>
                <ul>
                  {found.slice(0, shown).map((name) => (
                    <li key={name} className={styles.line}>
                      <button type="button" className={`${styles.item} ${styles.metric}`} onClick={() => onPick(name)}>
                        <code>{name}</code>
                        {about(name) && <span className={styles.type}>{about(name)?.type}</span>}
                        {about(name)?.help && <span className={styles.help}>{about(name)?.help}</span>}
                      </button>
                      <Button look="quiet" icon title={`Labels of ${name}`} onClick={() => setExplored(name)}>
                        <Tags size={15} />
                      </Button>
                    </li>
                  ))}
                </ul>
                {found.length > shown && <p className={styles.about}>{count(found.length - shown, "more")}: narrow the search.</p>}
              </>
            );
          }}
        </Loaded>
      )}
    </Dialog>
  );
}
