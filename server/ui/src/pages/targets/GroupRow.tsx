import { ChevronRight } from "lucide-react";
import { grouped } from "../../format/number.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Owner } from "../../ui/Owner.tsx";
import type { Group } from "./rows.ts";
import styles from "./TargetsPage.module.css";

interface Props {
  group: Group;
  open: boolean;
  onToggle: () => void;
}

/** A job, or an owner, above its targets. */
export function GroupRow({ group, open, onToggle }: Props) {
  const { up, down, unknown } = group.counts;
  return (
    <div
      className={styles.group}
      onClick={(e) => {
        if (!(e.target as HTMLElement).closest("a, button")) onToggle();
      }}
    >
      <button type="button" className={styles.chevron} aria-expanded={open} aria-label={`Targets of ${group.title}`} onClick={onToggle}>
        <ChevronRight size={14} />
      </button>
      <span className={styles.title}>{group.title}</span>
      {group.pool !== undefined && (
        <span className={styles.owner}>
          <Owner of={group.owner} otherwise="base configuration" />
        </span>
      )}
      <span className={styles.health}>
        {down > 0 && <Badge tone="bad">{grouped(down)} down</Badge>}
        {unknown > 0 && <Badge tone="quiet">{grouped(unknown)} unknown</Badge>}
        {up > 0 && <Badge tone="ok">{grouped(up)} up</Badge>}
      </span>
    </div>
  );
}
