import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useSettings } from "../../app/settings.ts";
import { parseTime, toInput } from "../../format/time.ts";
import styles from "./TimeField.module.css";

interface Props {
  label: string;
  /** null is now. */
  valueMs: number | null;
  onChange: (ms: number | null) => void;
  /** How far the arrows go. */
  stepMs: number;
}

/** A point in time, or now. */
export function TimeField({ label, valueMs, onChange, stepMs }: Props) {
  const { zone } = useSettings();
  const move = (by: number) => onChange((valueMs ?? Date.now()) + by);
  return (
    <span className={styles.field}>
      <button type="button" title="Earlier" aria-label="Earlier" onClick={() => move(-stepMs)}>
        <ChevronLeft size={15} />
      </button>
      <input
        key={`${valueMs} ${zone}`}
        type="datetime-local"
        step={1}
        aria-label={`${label} (${zone === "utc" ? "UTC" : "local time"})`}
        className={valueMs === null ? styles.now : ""}
        defaultValue={valueMs === null ? "" : toInput(valueMs, zone)}
        onBlur={(e) => {
          const ms = parseTime(e.target.value, zone);
          if (ms !== null && ms !== valueMs) onChange(ms);
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter") e.currentTarget.blur();
        }}
      />
      {valueMs === null ? (
        <span className={styles.word} aria-hidden>
          {label}: now
        </span>
      ) : (
        <button type="button" title="Back to now" aria-label="Back to now" onClick={() => onChange(null)}>
          <X size={13} />
        </button>
      )}
      <button type="button" title="Later" aria-label="Later" onClick={() => move(stepMs)}>
        <ChevronRight size={15} />
      </button>
    </span>
  );
}
