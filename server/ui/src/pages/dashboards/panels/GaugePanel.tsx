import { color, inkColor } from "../fields/colors.ts";
import { absoluteSteps } from "../fields/display.ts";
import { reduced, type Reduced } from "../fields/reduced.ts";
import { flag } from "../model/json.ts";
import type { DrawProps } from "./registry.ts";
import styles from "./stat.module.css";

/** Where the arc begins and ends, in degrees from the top. */
const from = -120;
const to = 120;

/** A dial for each series; without a range of its own it goes from 0 to 100. */
export function GaugePanel({ panel, fields, height }: DrawProps) {
  const unit = panel.defaults.unit;
  const values = reduced(panel, fields, { min: 0, max: unit === "percentunit" ? 1 : 100 });
  const markers = flag(panel.options["showThresholdMarkers"], true);
  return (
    <div className={styles.items} style={{ height }}>
      {values.map((v) => (
        <div key={v.field.index} className={styles.gauge}>
          <Dial v={v} markers={markers} />
          {values.length > 1 && <div className={styles.gaugeName}>{v.field.name}</div>}
        </div>
      ))}
    </div>
  );
}

function Dial({ v, markers }: { v: Reduced; markers: boolean }) {
  const { min, max } = v.range;
  const angle = (value: number) => from + ((Math.min(max, Math.max(min, value)) - min) / (max - min)) * (to - from);
  const steps = absoluteSteps(v.field.config, v.range);
  return (
    <svg viewBox="0 0 200 160" role="img" aria-label={`${v.field.name}: ${v.text}`}>
      <path d={arc(from, to, 78)} fill="none" stroke="var(--quiet-soft)" strokeWidth={20} />
      {v.value !== null && <path d={arc(from, angle(v.value), 78)} fill="none" stroke={v.color ?? "var(--accent)"} strokeWidth={20} />}
      {markers &&
        steps.map((s, i) => (
          <path key={i} d={arc(angle(Math.max(min, s.from)), angle(steps[i + 1]?.from ?? max), 93)} fill="none" stroke={color(s.color)} strokeWidth={4} />
        ))}
      <text x={100} y={112} textAnchor="middle" fontSize={v.text.length > 7 ? 26 : 34} fontWeight={600} style={{ fill: inkColor(v.color ?? "var(--text)") }}>
        {v.text}
      </text>
    </svg>
  );
}

/** The path of an arc around the middle of the dial. */
function arc(begin: number, end: number, radius: number): string {
  const at = (degrees: number) => {
    const a = (degrees * Math.PI) / 180;
    return `${(100 + radius * Math.sin(a)).toFixed(2)} ${(100 - radius * Math.cos(a)).toFixed(2)}`;
  };
  if (end - begin < 0.1) return "";
  return `M ${at(begin)} A ${radius} ${radius} 0 ${end - begin > 180 ? 1 : 0} 1 ${at(end)}`;
}
