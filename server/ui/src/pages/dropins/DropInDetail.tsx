import { Link } from "wouter";
import { refString, type Cost, type DropIn } from "../../api/dropins.ts";
import { humanSeconds } from "../../format/duration.ts";
import { compact, count, grouped } from "../../format/number.ts";
import { Facts, type Fact } from "../../ui/Facts.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { Note } from "../../ui/Note.tsx";
import { ProblemView } from "./ProblemView.tsx";
import { stateMeaning } from "./state.ts";
import styles from "./DropInsPage.module.css";

/** Everything known of a drop-in, problems first. */
export function DropInDetail({ dropIn: d, ruleSeconds }: { dropIn: DropIn; ruleSeconds: number | undefined }) {
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
  if (d.cost) facts.push({ name: "Costs", value: <Costs cost={d.cost} /> });
  if (ruleSeconds !== undefined) facts.push({ name: "Costs", value: `${humanSeconds(ruleSeconds)} for one round of its rules` });
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

function Costs({ cost }: { cost: Cost }) {
  return (
    <>
      {count(cost.targets, "target")}, {grouped(cost.series)} series{cost.budget ? ` of ${grouped(cost.budget)} allowed` : ""}, {compact(cost.samplesPerSecond)} samples a second
      {cost.budget ? <Meter label="Series budget used" fraction={cost.series / cost.budget} /> : null}
      {cost.refused > 0 && <Note tone="bad">{count(cost.refused, "series", "series")} refused: the budget is used up.</Note>}
    </>
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
