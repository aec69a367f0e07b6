import { useState } from "react";
import { poolJob, type Ref } from "../../api/dropins.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Note } from "../../ui/Note.tsx";
import { Owner } from "../../ui/Owner.tsx";
import type { JobVerdict, Outcome } from "./explanation.ts";
import { RelabelSteps, Steps } from "./RelabelSteps.tsx";
import styles from "./ExplainPage.module.css";

const tones: Record<Outcome, Tone> = { scraped: "ok", dropped: "bad", "not-selected": "quiet" };

interface Props {
  verdict: JobVerdict;
  owner: Ref | undefined;
  openAtFirst: boolean;
}

/** What one job makes of the object. */
export function VerdictCard({ verdict: v, owner, openAtFirst }: Props) {
  const [open, setOpen] = useState(openAtFirst);
  return (
    <div className={styles.card}>
      <Disclosure
        open={open}
        onToggle={() => setOpen(!open)}
        label={v.scrapePool}
        summary={
          <>
            <Badge tone={tones[v.outcome]}>{v.outcome === "not-selected" ? "not selected" : v.outcome}</Badge>
            <span className={styles.pool}>{poolJob(v.scrapePool, owner)}</span>
            <code className={styles.address}>{v.address}</code>
            <Owner of={owner} otherwise="base configuration" />
          </>
        }
      >
        <div className={styles.detail}>
          {v.reason && <p>{v.reason}</p>}
          {v.lastError && (
            <Note tone="bad" title="The last scrape failed">
              {v.lastError}
            </Note>
          )}
          {v.labels && <LabelSet labels={v.labels} />}
          {v.steps ? <Steps steps={v.steps} labels={v.discoveredLabels ?? {}} /> : v.discoveredLabels && <RelabelSteps pool={v.scrapePool} labels={v.discoveredLabels} />}
        </div>
      </Disclosure>
    </div>
  );
}
