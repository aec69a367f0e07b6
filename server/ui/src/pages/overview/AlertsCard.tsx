import { Link } from "wouter";
import type { Alert } from "../../api/rules.ts";
import { humanSeconds } from "../../format/duration.ts";
import { count, grouped } from "../../format/number.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { Dot } from "../../ui/Badge.tsx";
import { useNow } from "../../ui/useNow.ts";
import { severityTone } from "../alerts/severity.ts";
import styles from "./Overview.module.css";

const shown = 5;

/** Alerts of one name, which are one thing that is wrong. */
interface Firing {
  name: string;
  severity: string;
  count: number;
  since: number;
}

export function AlertsCard({ firing }: { firing: Alert[] | undefined }) {
  const now = useNow();
  const byName = group(firing ?? []);
  const critical = firing?.filter((a) => a.labels["severity"] === "critical").length ?? 0;
  return (
    <Card title={<Link href="/alerts" className={styles.link}>Alerts</Link>} note="firing">
      <Figures>
        <Figure label="Critical" value={firing ? grouped(critical) : "–"} />
        <Figure label="Other" value={firing ? grouped(firing.length - critical) : "–"} />
      </Figures>
      <ul className={styles.list}>
        {firing?.length === 0 && <li className={styles.quiet}>Nothing fires.</li>}
        {byName.slice(0, shown).map((f) => (
          <li key={f.name} className={styles.row}>
            <Dot tone={severityTone(f.severity)} label={f.severity} />
            <Link href={`/alerts?q=${encodeURIComponent(f.name)}`} className={`${styles.name} ${styles.link}`}>
              {f.name}
              {f.count > 1 && ` × ${f.count}`}
            </Link>
            <span className={styles.dim}>{humanSeconds((now - f.since) / 1000)}</span>
          </li>
        ))}
        {byName.length > shown && (
          <Link href="/alerts?state=firing" className={styles.more}>
            {count(byName.length - shown, "more")}
          </Link>
        )}
      </ul>
    </Card>
  );
}

function group(alerts: Alert[]): Firing[] {
  const out = new Map<string, Firing>();
  for (const a of alerts) {
    const name = a.labels["alertname"] ?? "";
    const since = Date.parse(a.activeAt ?? "");
    const known = out.get(name);
    if (known) {
      known.count++;
      known.since = Math.min(known.since, since);
    } else {
      out.set(name, { name, severity: a.labels["severity"] ?? "", count: 1, since });
    }
  }
  const critical = (f: Firing) => Number(f.severity === "critical");
  return [...out.values()].sort((a, b) => critical(b) - critical(a) || b.count - a.count || a.name.localeCompare(b.name));
}
