import { parseValue, type Bucket, type Histogram } from "../../api/query.ts";
import { compact, count } from "../../format/number.ts";
import styles from "./HistogramView.module.css";

const brackets: Record<number, [string, string]> = { 0: ["(", "]"], 1: ["[", ")"], 2: ["(", ")"], 3: ["[", "]"] };

/** A native histogram: its count and sum, and its buckets as bars. */
export function HistogramView({ histogram }: { histogram: Histogram }) {
  const buckets = histogram.buckets ?? [];
  const most = Math.max(0, ...buckets.map(density));
  return (
    <div className={styles.histogram}>
      <div>
        <span className={styles.name}>count</span> {histogram.count} <span className={styles.name}>sum</span> {histogram.sum}
      </div>
      {buckets.length > 0 && (
        <div className={styles.bars} role="img" aria-label={`${buckets.length} buckets`}>
          {buckets.map((b) => (
            <div key={`${b[1]} ${b[2]}`} className={styles.slot} title={`${interval(b)}: ${b[3]}`}>
              <div className={styles.bar} style={{ height: `${most > 0 ? (density(b) / most) * 100 : 0}%` }} />
            </div>
          ))}
        </div>
      )}
      {buckets.length > 0 && (
        <div className={styles.ends}>
          <span>{bound(buckets[0], 1)}</span>
          <span>{bound(buckets.at(-1), 2)}</span>
        </div>
      )}
      {buckets.length > 0 && (
        <details className={styles.list}>
          <summary>{count(buckets.length, "bucket")}</summary>
          <table>
            <tbody>
              {buckets.map((b) => (
                <tr key={`${b[1]} ${b[2]}`}>
                  <td>{interval(b)}</td>
                  <td>{b[3]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}

/** Buckets grow exponentially, so each is drawn equally wide and its count is its height. */
function density(bucket: Bucket): number {
  return parseValue(bucket[3]);
}

/** An outer bound, or the one inside it where there is no end. */
function bound(bucket: Bucket | undefined, side: 1 | 2): string {
  if (!bucket) return "";
  const outer = parseValue(bucket[side]);
  if (Number.isFinite(outer)) return compact(outer, 3);
  return side === 1 ? `below ${compact(parseValue(bucket[2]), 3)}` : `above ${compact(parseValue(bucket[1]), 3)}`;
}

function interval([rule, left, right]: Bucket): string {
  const [open, close] = brackets[rule] ?? ["[", "]"];
  return `${open}${left}, ${right}${close}`;
}
