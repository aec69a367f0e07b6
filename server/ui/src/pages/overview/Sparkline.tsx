import type { RangeResult } from "../../api/query.ts";
import { useApi } from "../../api/useApi.ts";
import { useNow } from "../../ui/useNow.ts";
import styles from "./Sparkline.module.css";

const width = 240;
const height = 36;
const spanSeconds = 3600;
const stepSeconds = 60;

interface Props {
  query: string;
  label: string;
}

/** The last hour of an expression, if the server has data for it. */
export function Sparkline({ query, label }: Props) {
  const minute = Math.floor(useNow(stepSeconds * 1000) / (stepSeconds * 1000)) * stepSeconds;
  const { data } = useApi<RangeResult>("query_range", { query, start: minute - spanSeconds, end: minute, step: stepSeconds });
  const points = (data?.result[0]?.values ?? []).map(([t, v]) => [t, Number(v)] as const).filter(([, v]) => Number.isFinite(v));
  if (points.length < 3) return null;
  const top = Math.max(...points.map(([, v]) => v)) * 1.08 || 1;
  const at = ([t, v]: readonly [number, number]) => {
    const x = ((t - (minute - spanSeconds)) / spanSeconds) * width;
    return `${x.toFixed(1)},${(height - (v / top) * height).toFixed(1)}`;
  };
  const line = points.map(at).join(" L");
  const first = at(points[0] ?? [0, 0]).split(",")[0];
  const last = at(points[points.length - 1] ?? [0, 0]).split(",")[0];
  return (
    <svg className={styles.spark} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${label} over the last hour`}>
      <path className={styles.area} d={`M${first},${height} L${line} L${last},${height} Z`} />
      <path className={styles.line} d={`M${line}`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
