import type { Labels } from "../../promql/series.ts";
import styles from "./AlertsPage.module.css";

/** Annotations, with links to follow. */
export function Annotations({ annotations }: { annotations: Labels }) {
  const entries = Object.entries(annotations);
  if (entries.length === 0) return null;
  return (
    <dl className={styles.annotations}>
      {entries.map(([name, value]) => (
        <Annotation key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Annotation({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {/^https?:\/\/\S+$/.test(value) ? (
          <a href={value} target="_blank" rel="noreferrer">
            {value}
          </a>
        ) : (
          value
        )}
      </dd>
    </>
  );
}
