import { Link } from "wouter";
import type { Ref } from "../../api/dropins.ts";
import type { Rule, RuleGroup } from "../../api/rules.ts";
import { ago, formatDuration, humanSeconds } from "../../format/duration.ts";
import { percent } from "../../format/number.ts";
import { Badge, Dot, type Tone } from "../../ui/Badge.tsx";
import { Expression } from "../../ui/Expression.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Note } from "../../ui/Note.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { useNow } from "../../ui/useNow.ts";
import { Annotations } from "../alerts/Annotations.tsx";
import { queryPath } from "../query/panels.ts";
import styles from "./RulesPage.module.css";

/** One group: whose it is, how often and how long it is evaluated, its rules. */
export function GroupCard({ group, owner }: { group: RuleGroup; owner: Ref | undefined }) {
  const now = useNow();
  const share = group.interval > 0 ? group.evaluationTime / group.interval : 0;
  return (
    <section className={styles.group} aria-label={group.name}>
      <header className={styles.header}>
        <h2>{group.name}</h2>
        <span className={styles.owner}>
          <Owner of={owner} otherwise={group.file} />
        </span>
        <span className={styles.figures}>
          <span title="Interval">every {formatDuration(group.interval * 1000)}</span>
          <span title="Last evaluation">{ago(group.lastEvaluation, now)}</span>
          <span title={`${percent(share, 2)} of the interval`} className={share > 1 ? styles.bad : share > 0.5 ? styles.warn : ""}>
            took {humanSeconds(group.evaluationTime)}
          </span>
          {group.limit > 0 && <span>limit {group.limit}</span>}
        </span>
      </header>
      <div role="table" aria-label={`Rules of ${group.name}`}>
        {group.rules.map((rule, i) => (
          <RuleRow key={i} rule={rule} now={now} />
        ))}
      </div>
    </section>
  );
}

const healthTone: Record<Rule["health"], Tone> = { ok: "ok", err: "bad", unknown: "quiet" };

function RuleRow({ rule, now }: { rule: Rule; now: number }) {
  const isAlert = rule.type === "alerting";
  return (
    <div className={styles.rule} role="row">
      <div className={styles.name} role="cell">
        <Dot tone={healthTone[rule.health]} label={`health: ${rule.health}`} />
        <div>
          <div>
            {isAlert ? <Link href={`/alerts?state=all&q=${encodeURIComponent(rule.name)}`}>{rule.name}</Link> : <Link href={queryPath(rule.name, "graph")}>{rule.name}</Link>}
          </div>
          <div className={styles.kind}>
            {isAlert ? "alert" : "record"}
            {isAlert && rule.duration > 0 && `, for ${formatDuration(rule.duration * 1000)}`}
            {isAlert && rule.keepFiringFor > 0 && `, keeps firing ${formatDuration(rule.keepFiringFor * 1000)}`}
            {isAlert && rule.state !== "inactive" && rule.state !== "unknown" && <Badge tone={rule.state === "firing" ? "bad" : "warn"}>{rule.state}</Badge>}
          </div>
        </div>
      </div>
      <div className={styles.expr} role="cell">
        <Link href={queryPath(rule.query, "graph")} title="Open in Query">
          <Expression expr={rule.query} block />
        </Link>
        {rule.labels && <LabelSet labels={rule.labels} />}
        {isAlert && <Annotations annotations={rule.annotations ?? {}} />}
        {rule.lastError && <Note tone="bad">{rule.lastError}</Note>}
      </div>
      <div className={styles.cost} role="cell" title={`evaluated ${ago(rule.lastEvaluation, now)}`}>
        {humanSeconds(rule.evaluationTime)}
      </div>
    </div>
  );
}
