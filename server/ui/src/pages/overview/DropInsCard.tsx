import { Link } from "wouter";
import { needsCare, refString, type DropIns } from "../../api/dropins.ts";
import { count, grouped } from "../../format/number.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { Dot } from "../../ui/Badge.tsx";
import { stateTone } from "../dropins/state.ts";
import styles from "./Overview.module.css";

const shown = 4;

interface Props {
  dropIns: DropIns | undefined;
  /** The server has no such thing. */
  none: boolean;
}

export function DropInsCard({ dropIns, none }: Props) {
  const all = dropIns?.dropIns ?? [];
  const care = all.filter(needsCare);
  const namespaces = new Set(all.map((d) => d.ref.namespace)).size;
  return (
    <Card title={<Link href="/drop-ins" className={styles.link}>Drop-ins</Link>} note={dropIns && `from ${count(namespaces, "namespace")}`}>
      <Figures>
        <Figure label="In use" value={dropIns ? grouped(all.filter((d) => d.state === "active" || d.state === "stale").length) : "–"} note={dropIns && `of ${grouped(all.length)}`} />
        <Figure label="Need a look" value={dropIns ? grouped(care.length) : "–"} />
      </Figures>
      <ul className={styles.list}>
        {none && <li className={styles.quiet}>This server takes no drop-ins.</li>}
        {dropIns && care.length === 0 && <li className={styles.quiet}>None is refused or stale.</li>}
        {care.slice(0, shown).map((d) => {
          const ref = refString(d.ref);
          return (
            <li key={ref} className={styles.row}>
              <Dot tone={stateTone(d.state)} label={d.state} />
              <Link href={`/drop-ins?drop-in=${encodeURIComponent(ref)}`} className={`${styles.name} ${styles.link}`} title={d.problems?.[0]?.message}>
                {ref}
              </Link>
              <span className={styles.dim}>{d.state}</span>
            </li>
          );
        })}
        {care.length > shown && (
          <Link href="/drop-ins?show=care" className={styles.more}>
            {count(care.length - shown, "more")}
          </Link>
        )}
      </ul>
    </Card>
  );
}
