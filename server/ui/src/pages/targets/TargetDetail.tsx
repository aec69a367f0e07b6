import { useState } from "react";
import { Link } from "wouter";
import type { Target } from "../../api/targets.ts";
import type { Labels } from "../../promql/series.ts";
import { formatSeries } from "../../promql/series.ts";
import { Button } from "../../ui/Button.tsx";
import { RelabelSteps } from "../explain/RelabelSteps.tsx";
import { queryPath } from "../query/panels.ts";
import styles from "./TargetsPage.module.css";

/** Labels before and after relabeling, and what can be asked about the target. */
export function TargetDetail({ target }: { target: Target }) {
  const [steps, setSteps] = useState(false);
  const { instance, job } = target.labels;
  const selector = formatSeries({ ...(job !== undefined && { job }), ...(instance !== undefined && { instance }) });
  return (
    <div className={styles.detail}>
      <div className={styles.facts}>
        <span>every {target.scrapeInterval}</span>
        <span>timeout {target.scrapeTimeout}</span>
        <Link href={queryPath(`scrape_samples_scraped${selector}`, "graph")}>Samples a scrape</Link>
        <Link href={queryPath(`scrape_duration_seconds${selector}`, "graph")}>Duration of scrapes</Link>
        <Link href={queryPath(`up${selector}`, "graph")}>up</Link>
        <Link href={`/config?pool=${encodeURIComponent(target.scrapePool)}`}>Job&apos;s configuration</Link>
      </div>
      <div className={styles.columns}>
        <div>
          <h3>Labels</h3>
          <LabelList labels={target.labels} />
        </div>
        <div>
          <h3>Before relabeling</h3>
          <LabelList labels={target.discoveredLabels} />
        </div>
      </div>
      {steps ? (
        <RelabelSteps pool={target.scrapePool} labels={target.discoveredLabels} />
      ) : (
        <div>
          <Button onClick={() => setSteps(true)}>Show the relabeling step by step</Button>
        </div>
      )}
    </div>
  );
}

/** Labels one below the other, to be read and compared. */
export function LabelList({ labels }: { labels: Labels }) {
  return (
    <dl className={styles.labelList}>
      {Object.entries(labels).map(([name, value]) => (
        <LabelRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function LabelRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value === "" ? '""' : value}</dd>
    </>
  );
}
