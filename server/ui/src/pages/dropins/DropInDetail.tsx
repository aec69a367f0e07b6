import { Link } from "wouter";
import { refString, type DropIn } from "../../api/dropins.ts";
import { humanSeconds } from "../../format/duration.ts";
import { compact, grouped } from "../../format/number.ts";
import { Facts, type Fact } from "../../ui/Facts.tsx";
import { ProblemView } from "./ProblemView.tsx";
import { stateMeaning } from "./state.ts";
import styles from "./DropInsPage.module.css";

/** Everything known of a drop-in, problems first. */
export function DropInDetail({ dropIn: d }: { dropIn: DropIn }) {
  const ref = refString(d.ref);
  const facts: Fact[] = [
    { name: "State", value: stateMeaning[d.state] },
    {
      name: "Object",
      value: (
        <code>
          kubectl -n {d.ref.namespace} get configmap {d.ref.name} -o yaml
        </code>
      ),
    },
  ];
  if (d.version || d.running) facts.push({ name: "Version", value: <Versions seen={d.version} running={d.running} /> });
  const { series, samplesPerSecond, ruleSeconds } = d.cost ?? {};
  if (series !== undefined) facts.push({ name: "Series", value: grouped(series) });
  if (samplesPerSecond !== undefined) facts.push({ name: "Samples", value: `${compact(samplesPerSecond)} a second` });
  if (ruleSeconds !== undefined) facts.push({ name: "Rule evaluation", value: `${humanSeconds(ruleSeconds)} for one round of its rules` });
  const inUse = d.state === "active" || d.state === "stale";
  if (inUse && d.kind === "scrape") facts.push({ name: "Adds", value: <Link href={`/targets?q=${encodeURIComponent(`${ref}/`)}`}>its targets</Link> });
  if (inUse && d.kind === "rules") facts.push({ name: "Adds", value: <Link href={`/rules?q=${encodeURIComponent(ref)}`}>its rules</Link> });
  if (inUse && d.kind === "dashboard") facts.push({ name: "Adds", value: <Link href={`/dashboards?q=${encodeURIComponent(ref)}`}>its dashboard</Link> });
  return (
    <div className={styles.detail}>
      {d.problems?.map((p, i) => <ProblemView key={i} problem={p} />)}
      <Facts facts={facts} />
    </div>
  );
}

function Versions({ seen, running }: { seen: string | undefined; running: string | undefined }) {
  if (seen === running) return <code>{seen}</code>;
  return (
    <>
      newest seen <code>{seen || "–"}</code>, in use <code>{running || "none"}</code>
    </>
  );
}
