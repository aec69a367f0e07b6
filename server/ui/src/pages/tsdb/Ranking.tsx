import { Link } from "wouter";
import type { NameCount } from "../../api/status.ts";
import { grouped, percent } from "../../format/number.ts";
import { Card } from "../../ui/Card.tsx";
import { Empty } from "../../ui/Note.tsx";
import styles from "./TsdbPage.module.css";

interface Props {
  title: string;
  note: string;
  of: NameCount[] | null;
  /** What the values are parts of. */
  total?: number;
  format?: (n: number) => string;
  link?: (name: string) => string;
}

/** The largest first, with bars to compare. */
export function Ranking({ title, note, of, total, format = grouped, link }: Props) {
  const rows = of ?? [];
  const most = Math.max(1, ...rows.map((r) => r.value));
  return (
    <Card title={title} note={note}>
      {rows.length === 0 && <Empty title="Nothing yet" />}
      {rows.map((r) => (
        <div key={r.name} className={styles.row}>
          <span className={styles.bar} style={{ width: `${(r.value / most) * 100}%` }} />
          <span className={styles.name} title={r.name}>
            {link ? <Link href={link(r.name)}>{r.name}</Link> : r.name}
          </span>
          <span className={styles.value}>{format(r.value)}</span>
          {total !== undefined && <span className={styles.share}>{percent(r.value / Math.max(1, total))}</span>}
        </div>
      ))}
    </Card>
  );
}
