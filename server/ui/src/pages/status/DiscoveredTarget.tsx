import { Link } from "wouter";
import type { DroppedTarget, Target } from "../../api/targets.ts";
import { Badge } from "../../ui/Badge.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { explainPath } from "../explain/path.ts";
import { healthTone } from "../targets/TargetRow.tsx";
import styles from "./StatusPage.module.css";

/** One target's labels as they were discovered and as relabeling left them. */
export function DiscoveredTarget({ target }: { target: Target | DroppedTarget }) {
  return (
    <div className={styles.sides} role="row">
      <div role="cell">
        <LabelSet labels={target.discoveredLabels} />
      </div>
      <div role="cell">
        {"labels" in target ? (
          <>
            <Badge tone={healthTone[target.health]}>{target.health}</Badge> <LabelSet labels={target.labels} />
          </>
        ) : (
          <>
            <Badge tone="quiet">dropped by relabeling</Badge> <Link href={explainPath(target.discoveredLabels)}>Why?</Link>
          </>
        )}
      </div>
    </div>
  );
}
