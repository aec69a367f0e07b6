import { useState } from "react";
import type { JobVerdict, Outcome, TargetVerdict } from "../../api/explain.ts";
import { poolJob } from "../../api/dropins.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Note } from "../../ui/Note.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { Steps } from "./RelabelSteps.tsx";
import styles from "./ExplainPage.module.css";

const words: Record<Outcome, string> = { scraped: "scraped", dropped: "dropped", "not-selected": "not selected" };

function tone(v: TargetVerdict): Tone {
  if (v.outcome === "scraped") return v.cause === "failing" ? "warn" : "ok";
  return v.outcome === "dropped" ? "bad" : "quiet";
}

/** What one job makes of the object. */
export function VerdictCard({ verdict: v, openAtFirst }: { verdict: JobVerdict; openAtFirst: boolean }) {
  const [open, setOpen] = useState(openAtFirst);
  return (
    <div className={styles.card}>
      <Disclosure
        open={open}
        onToggle={() => setOpen(!open)}
        label={v.scrapePool}
        summary={
          <>
            <Badge tone={tone(v)}>{words[v.outcome]}</Badge>
            <span className={styles.pool}>{poolJob(v.scrapePool, v.dropIn)}</span>
            <code className={styles.address}>{v.scrapeUrl ?? v.address}</code>
            <Owner of={v.dropIn} otherwise="base configuration" />
          </>
        }
      >
        <Detail verdict={v} />
        {v.others?.map((other, i) => (
          <div key={i} className={styles.other}>
            <p>
              <Badge tone={tone(other)}>{words[other.outcome]}</Badge> <code>{other.scrapeUrl ?? other.address}</code>
            </p>
            <Detail verdict={other} />
          </div>
        ))}
      </Disclosure>
    </div>
  );
}

function Detail({ verdict: v }: { verdict: TargetVerdict }) {
  const steps = v.steps ?? (v.drop ? [v.drop] : []);
  return (
    <div className={styles.detail}>
      <p>
        The job {v.reason}. {v.remedy}
      </p>
      {v.lastError && (
        <Note tone="bad" title="The last scrape failed">
          {v.lastError}
        </Note>
      )}
      {steps.length > 0 && <Steps steps={steps} labels={v.discoveredLabels ?? {}} />}
      {v.labels && (
        <div>
          <h3 className={styles.heading}>Labels of its series</h3>
          <LabelSet labels={v.labels} />
        </div>
      )}
    </div>
  );
}
