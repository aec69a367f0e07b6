import { refString, type DropIn } from "../../api/dropins.ts";
import { ago, humanSeconds } from "../../format/duration.ts";
import { compact } from "../../format/number.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { useNow } from "../../ui/useNow.ts";
import { DropInDetail } from "./DropInDetail.tsx";
import { stateMeaning, stateTone } from "./state.ts";
import styles from "./DropInsPage.module.css";

interface Props {
  dropIn: DropIn;
  /** What one round of its rules takes, if it has any. */
  ruleSeconds: number | undefined;
  open: boolean;
  onToggle: () => void;
}

/** One drop-in: its state, and the first thing that is wrong with it. */
export function DropInRow({ dropIn: d, ruleSeconds, open, onToggle }: Props) {
  const now = useNow();
  const first = d.problems?.[0];
  return (
    <div className={styles.item}>
      <Disclosure
        open={open}
        onToggle={onToggle}
        label={refString(d.ref)}
        summary={
          <>
            <span className={styles.state} title={stateMeaning[d.state]}>
              <Badge tone={stateTone(d.state)}>{d.state}</Badge>
            </span>
            <span className={styles.words}>
              <span className={styles.ref}>
                <span className={styles.namespace}>{d.ref.namespace}/</span>
                {d.ref.name}
                <span className={styles.namespace}>/{d.ref.key}</span>
              </span>
              {first && (
                <span className={styles.problem}>
                  {first.line ? `line ${first.line}: ` : ""}
                  {first.message}
                </span>
              )}
            </span>
            {d.cost && (d.cost.series > 0 || d.kind === "scrape") && (
              <span className={styles.dim} title="Series of its last scrapes">
                {compact(d.cost.series)} series
              </span>
            )}
            {ruleSeconds !== undefined && (
              <span className={styles.dim} title="One round of its rules">
                {humanSeconds(ruleSeconds)}
              </span>
            )}
            <span className={styles.kind}>{d.kind}</span>
            <span className={styles.since}>{d.since && ago(d.since, now)}</span>
          </>
        }
      >
        <DropInDetail dropIn={d} ruleSeconds={ruleSeconds} />
      </Disclosure>
    </div>
  );
}
