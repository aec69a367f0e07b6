import type { ExplainedStep } from "../../api/explain.ts";
import type { RelabelStep } from "../../api/targets.ts";
import { useApi } from "../../api/useApi.ts";
import type { Labels } from "../../promql/series.ts";
import { Loaded } from "../../ui/Loaded.tsx";
import { changes, examined, ruleText } from "./relabel.ts";
import styles from "./RelabelSteps.module.css";

interface Props {
  pool: string;
  /** Labels as discovery gave them. */
  labels: Labels;
}

/** A job's relabeling of one target, rule by rule, asked for at the server. */
export function RelabelSteps({ pool, labels }: Props) {
  const steps = useApi<{ steps: RelabelStep[] }>("targets/relabel_steps", { scrapePool: pool, labels: JSON.stringify(labels) });
  return (
    <Loaded of={steps} what="the relabeling">
      {(data) => <Steps steps={data.steps.map((s, i) => ({ ...s, number: i + 1 }))} labels={labels} />}
    </Loaded>
  );
}

/** The steps up to the one that dropped the target; rules after it were not applied. */
export function Steps({ steps, labels }: { steps: readonly ExplainedStep[]; labels: Labels }) {
  if (steps.length === 0) return <p className={styles.none}>The job has no relabel rules.</p>;
  const dropped = steps.findIndex((s) => !s.keep);
  const shown = dropped < 0 ? steps : steps.slice(0, dropped + 1);
  return (
    <ol className={styles.steps}>
      {shown.map((step, i) => (
        <Step key={i} step={step} before={i === 0 ? labels : (shown[i - 1]?.output ?? {})} />
      ))}
      {dropped >= 0 && <li className={styles.none}>The rules after it, if any, were not applied.</li>}
    </ol>
  );
}

function Step({ step, before }: { step: ExplainedStep; before: Labels }) {
  const changed = step.keep && step.output ? changes(before, step.output) : [];
  const idle = step.keep && changed.length === 0;
  return (
    <li className={`${styles.step} ${step.keep ? (idle ? styles.idle : "") : styles.dropped}`}>
      <span className={styles.number} title={step.number === 0 ? "Every drop-in's job begins with this rule" : undefined}>
        {step.number}
      </span>
      <div className={styles.words}>
        <code>{ruleText(step.rule)}</code>
        {!step.keep && (
          <p className={styles.verdict}>
            Dropped here: the value is <code>{valueOf(step, before) || '""'}</code>.
          </p>
        )}
        {changed.map((c) => (
          <p key={c.name} className={styles.change}>
            <code>{c.name}</code>
            {c.before !== undefined && c.before !== "" && <del>{c.before}</del>}
            {c.after !== undefined && c.after !== "" ? <ins>{c.after}</ins> : <em>removed</em>}
          </p>
        ))}
      </div>
    </li>
  );
}

function valueOf(step: ExplainedStep, before: Labels): string {
  return step.sources ? step.sources.map((s) => s.value).join(step.rule.separator ?? ";") : examined(step.rule, before);
}
