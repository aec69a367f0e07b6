import type { RangeResult } from "../../api/query.ts";
import { useApi } from "../../api/useApi.ts";
import { align } from "../../charts/align.ts";
import { sparkPath } from "../../charts/sparkPath.ts";
import { useNow } from "../../ui/useNow.ts";
import styles from "./Sparkline.module.css";

const width = 240;
const height = 36;
const step = 60;
const span = 3600;

interface Props {
  query: string;
  label: string;
}

/** The last hour of an expression, if the server has data for it. */
export function Sparkline({ query, label }: Props) {
  const end = Math.floor(useNow(step * 1000) / (step * 1000)) * step;
  const grid = { start: end - span, end, step };
  const { data } = useApi<RangeResult>("query_range", { query, ...grid });
  const series = data?.result[0];
  const path = series && sparkPath(align(series, grid), width, height, true);
  if (!path) return null;
  return (
    <svg className={styles.spark} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${label} over the last hour`}>
      <path className={styles.area} d={path.area} />
      <path className={styles.line} d={path.line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
