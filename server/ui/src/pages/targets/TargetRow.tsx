import { Link } from "wouter";
import type { Health, Target } from "../../api/targets.ts";
import { ago, humanSeconds } from "../../format/duration.ts";
import { Dot, type Tone } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { useNow } from "../../ui/useNow.ts";
import { explainPath } from "../explain/path.ts";
import { TargetDetail } from "./TargetDetail.tsx";
import styles from "./TargetsPage.module.css";

export const healthTone: Record<Health, Tone> = { up: "ok", down: "bad", unknown: "quiet" };

interface Props {
  target: Target;
  open: boolean;
  onToggle: () => void;
  showJob: boolean;
}

/** One target: where, with which labels, when and how long. A failure is told in full. */
export function TargetRow({ target, open, onToggle, showJob }: Props) {
  const now = useNow();
  return (
    <div className={styles.target}>
      <Disclosure
        open={open}
        onToggle={onToggle}
        label={target.scrapeUrl}
        summary={
          <>
            <Dot tone={healthTone[target.health]} label={target.health} />
            <span className={styles.endpoint} title={target.scrapeUrl}>
              <a href={target.globalUrl} target="_blank" rel="noreferrer">
                {target.scrapeUrl}
              </a>
            </span>
            <span className={styles.labels}>
              <LabelSet labels={target.labels} without={showJob ? [] : ["job"]} />
            </span>
            <span className={styles.times}>
              {ago(target.lastScrape, now)}
              {target.lastScrapeDuration > 0 && `, ${humanSeconds(target.lastScrapeDuration)}`}
            </span>
          </>
        }
      >
        <TargetDetail target={target} />
      </Disclosure>
      {target.lastError !== "" && (
        <div className={styles.error}>
          {target.lastError} <Link href={explainPath(target.discoveredLabels)}>Explain</Link>
        </div>
      )}
    </div>
  );
}
