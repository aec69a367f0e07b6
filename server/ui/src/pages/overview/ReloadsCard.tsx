import { Link } from "wouter";
import { refString, type DropIns } from "../../api/dropins.ts";
import type { RuntimeInfo } from "../../api/status.ts";
import { ago } from "../../format/duration.ts";
import { Badge, Dot } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { useNow } from "../../ui/useNow.ts";
import { stateTone } from "../dropins/state.ts";
import styles from "./Overview.module.css";

const shown = 5;

interface Props {
  dropIns: DropIns | undefined;
  runtime: RuntimeInfo | undefined;
}

/** When the last reload was, and which drop-ins changed last. */
export function ReloadsCard({ dropIns, runtime }: Props) {
  const now = useNow();
  return (
    <Card title="Reloads" note={dropIns?.digest && <code title="The generation in use">{dropIns.digest.slice(0, 12)}</code>}>
      <Figures>
        <Figure
          label="Last successful"
          value={runtime ? ago(runtime.lastConfigTime, now) : "–"}
          note={runtime && !runtime.reloadConfigSuccess && <Badge tone="bad">the last one failed</Badge>}
        />
      </Figures>
      <ul className={styles.list}>
        <Changed dropIns={dropIns} now={now} />
      </ul>
    </Card>
  );
}

function Changed({ dropIns, now }: { dropIns: DropIns | undefined; now: number }) {
  const latest = (dropIns?.dropIns ?? [])
    .filter((d) => d.since !== undefined)
    .sort((a, b) => Date.parse(b.since ?? "") - Date.parse(a.since ?? ""))
    .slice(0, shown);
  if (latest.length === 0) return <li className={styles.quiet}>No drop-in changed.</li>;
  return latest.map((d) => {
    const ref = refString(d.ref);
    return (
      <li key={ref} className={styles.row}>
        <Dot tone={stateTone(d.state)} label={d.state} />
        <Link href={`/drop-ins?drop-in=${encodeURIComponent(ref)}`} className={`${styles.name} ${styles.tail} ${styles.link}`} title={ref}>
          <bdi>{ref}</bdi>
        </Link>
        <span className={styles.dim}>{ago(d.since, now)}</span>
      </li>
    );
  });
}
