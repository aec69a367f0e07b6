import { count, grouped } from "../../../format/number.ts";
import type { Labels } from "../../../promql/series.ts";
import { LabelSet } from "../../../ui/LabelSet.tsx";
import { matchSides, type Matching } from "./matching.ts";
import styles from "./ExprTree.module.css";

interface Props {
  left: readonly Labels[];
  right: readonly Labels[];
  matching: Matching;
}

/** So many examples of each kind say enough. */
const shown = 4;

/** Which series of a binary operator's sides found each other, and which did not. */
export function MatchView({ left, right, matching }: Props) {
  const found = matchSides(left, right, matching);
  const alone: [string, Labels[]][] = [
    ["Only on the left", found.leftAlone],
    ["Only on the right", found.rightAlone],
  ];
  return (
    <dl className={styles.matches} aria-label="How the sides match">
      <dt>On both sides</dt>
      <dd>{count(found.pairs, "group")}</dd>
      {alone.map(
        ([title, series]) =>
          series.length > 0 && (
            <Row key={title} title={title} total={series.length}>
              {series.slice(0, shown)}
            </Row>
          ),
      )}
      {found.crowds.length > 0 && (
        <>
          <dt className={styles.bad}>Too many to match</dt>
          <dd>
            {found.crowds.slice(0, shown).map((c) => (
              <div key={JSON.stringify(c.by)}>
                <LabelSet labels={c.by} /> {grouped(c.left)} left, {grouped(c.right)} right
              </div>
            ))}
            <div className={styles.dim}>Name the labels that tell them apart in on (…), or let many share one by group_left or group_right.</div>
          </dd>
        </>
      )}
    </dl>
  );
}

function Row({ title, total, children }: { title: string; total: number; children: Labels[] }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {grouped(total)}
        {children.map((labels, i) => (
          <LabelSet key={i} labels={labels} />
        ))}
        {total > children.length && "…"}
      </dd>
    </>
  );
}
