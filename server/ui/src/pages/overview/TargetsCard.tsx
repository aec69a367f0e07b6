import { Link } from "wouter";
import { count, grouped } from "../../format/number.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { Dot } from "../../ui/Badge.tsx";
import { Meter } from "../../ui/Meter.tsx";
import type { JobHealth } from "./useSituation.ts";
import styles from "./Overview.module.css";

const shown = 5;

export function TargetsCard({ jobs }: { jobs: JobHealth[] | undefined }) {
  const up = jobs?.reduce((n, j) => n + j.up, 0) ?? 0;
  const down = jobs?.reduce((n, j) => n + j.down, 0) ?? 0;
  return (
    <Card title={<Link href="/targets" className={styles.link}>Targets</Link>} note={jobs && count(jobs.length, "job")}>
      <Figures>
        <Figure label="Up" value={jobs ? grouped(up) : "–"} note={jobs && `of ${grouped(up + down)}`} />
        <Figure label="Down" value={jobs ? grouped(down) : "–"} />
      </Figures>
      {up + down > 0 && (
        <div className={styles.meter}>
          <Meter label="Targets that are up" fraction={up / (up + down)} tone={down > 0 ? "bad" : "ok"} />
        </div>
      )}
      {jobs && jobs.length > 0 && (
        <ul className={styles.list}>
          {jobs.slice(0, shown).map((j) => (
            <li key={j.job} className={styles.row}>
              <Dot tone={j.down > 0 ? "bad" : "ok"} label={j.down > 0 ? "some down" : "all up"} />
              <Link href={`/targets?q=${encodeURIComponent(`job="${j.job}"`)}`} className={`${styles.name} ${styles.link}`}>
                {j.job || "(no job label)"}
              </Link>
              <span className={styles.dim}>
                {grouped(j.up)}/{grouped(j.up + j.down)}
              </span>
            </li>
          ))}
          {jobs.length > shown && (
            <Link href="/targets" className={styles.more}>
              {count(jobs.length - shown, "more job")}
            </Link>
          )}
        </ul>
      )}
    </Card>
  );
}
