import { Link } from "wouter";
import type { Ref } from "../../api/dropins.ts";
import type { AlertState } from "../../api/rules.ts";
import { formatDuration, humanSeconds } from "../../format/duration.ts";
import { count } from "../../format/number.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Expression } from "../../ui/Expression.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Note } from "../../ui/Note.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { useNow } from "../../ui/useNow.ts";
import { queryPath } from "../query/panels.ts";
import type { PlacedRule } from "./AlertsPage.tsx";
import { Annotations } from "./Annotations.tsx";
import { Instance } from "./Instance.tsx";
import { severityTone } from "./severity.ts";
import styles from "./AlertsPage.module.css";

const tones: Record<AlertState, Tone> = { firing: "bad", pending: "warn", inactive: "quiet", unknown: "quiet" };

interface Props {
  item: PlacedRule;
  owner: Ref | undefined;
  open: boolean;
  onToggle: () => void;
  silenceURL: (labels: Record<string, string>) => string | null;
}

/** One alerting rule with its alerts. */
export function AlertRow({ item: { rule, group, file }, owner, open, onToggle, silenceURL }: Props) {
  const now = useNow();
  const alerts = rule.alerts ?? [];
  const since = Math.min(...alerts.map((a) => Date.parse(a.activeAt ?? "")));
  const severity = rule.labels?.["severity"];
  return (
    <div className={styles.item}>
      <Disclosure
        open={open}
        onToggle={onToggle}
        label={rule.name}
        summary={
          <>
            <span className={styles.state}>
              <Badge tone={rule.health === "err" ? "bad" : tones[rule.state]}>{rule.health === "err" ? "error" : rule.state}</Badge>
            </span>
            <span className={styles.words}>
              <span className={styles.name}>{rule.name}</span>
              {alerts.length > 1 && <span className={styles.since}>× {alerts.length}</span>}
              {severity && <Badge tone={rule.state === "inactive" ? "quiet" : severityTone(severity)}>{severity}</Badge>}
              <span className={styles.summary}>{alerts[0]?.annotations["summary"] ?? rule.annotations?.["summary"]}</span>
            </span>
            <span className={styles.owner}>
              <Owner of={owner} />
            </span>
            {Number.isFinite(since) && <span className={styles.since}>{humanSeconds(Math.floor((now - since) / 1000))}</span>}
          </>
        }
      >
        <div className={styles.detail}>
          {rule.lastError && (
            <Note tone="bad" title="The expression cannot be evaluated">
              {rule.lastError}
            </Note>
          )}
          <div className={styles.expression}>
            <Link href={queryPath(rule.query, "graph")} title="Open in Query">
              <Expression expr={rule.query} block />
            </Link>
          </div>
          <div className={styles.facts}>
            <span>
              for <b>{rule.duration > 0 ? formatDuration(rule.duration * 1000) : "0s"}</b>
            </span>
            {rule.keepFiringFor > 0 && (
              <span>
                keeps firing for <b>{formatDuration(rule.keepFiringFor * 1000)}</b>
              </span>
            )}
            <span>
              group <Link href={`/rules?q=${encodeURIComponent(group)}`}>{group}</Link>
            </span>
            {owner ? <Owner of={owner} /> : <span>{file}</span>}
            <span>evaluated in {humanSeconds(rule.evaluationTime)}</span>
            <LabelSet labels={rule.labels ?? {}} />
          </div>
          {alerts.length === 0 && <Annotations annotations={rule.annotations ?? {}} />}
          {alerts.length > 0 && (
            <div className={styles.instances} role="list" aria-label={count(alerts.length, "alert")}>
              {alerts.map((a) => (
                <Instance key={JSON.stringify(a.labels)} alert={a} forSeconds={rule.duration} ruleLabels={rule.labels ?? {}} silenceURL={silenceURL} />
              ))}
            </div>
          )}
        </div>
      </Disclosure>
    </div>
  );
}
