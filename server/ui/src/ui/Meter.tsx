import { percent } from "../format/number.ts";
import type { Tone } from "./Badge.tsx";
import styles from "./Meter.module.css";

interface Props {
  label: string;
  /** 0 to 1 of what is allowed. */
  fraction: number;
  tone?: Tone;
}

/** How much of a limit is used. */
export function Meter({ label, fraction, tone = fraction > 0.95 ? "bad" : fraction > 0.8 ? "warn" : "accent" }: Props) {
  const shown = Math.min(1, Math.max(0, fraction));
  return (
    <div className={styles.track} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={1} aria-valuenow={shown} title={percent(fraction)}>
      <div className={`${styles.fill} ${styles[tone]}`} style={{ width: `${shown * 100}%` }} />
    </div>
  );
}
