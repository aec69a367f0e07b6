import { ChevronLeft, ChevronRight, Clock, ZoomOut } from "lucide-react";
import { useState } from "react";
import { useSettings } from "../../../app/settings.ts";
import { formatTime } from "../../../format/time.ts";
import { Button } from "../../../ui/Button.tsx";
import { Popover } from "../../../ui/Popover.tsx";
import field from "../../../ui/Field.module.css";
import { parsePoint, type TimeRange } from "./range.ts";
import styles from "./TimePicker.module.css";

const quick: [string, string][] = [
  ["now-5m", "5 minutes"], ["now-15m", "15 minutes"], ["now-30m", "30 minutes"], ["now-1h", "1 hour"], ["now-3h", "3 hours"], ["now-6h", "6 hours"],
  ["now-12h", "12 hours"], ["now-24h", "24 hours"], ["now-2d", "2 days"], ["now-7d", "7 days"], ["now-30d", "30 days"], ["now-90d", "90 days"],
];

interface Props {
  from: string;
  to: string;
  range: TimeRange;
  onChange: (from: string, to: string) => void;
}

/** The time a dashboard shows. */
export function TimePicker({ from, to, range, onChange }: Props) {
  const { zone } = useSettings();
  const known = to === "now" ? quick.find(([f]) => f === from)?.[1] : undefined;
  const absolute = (f: number, t: number) => onChange(String(Math.round(f)), String(Math.round(t)));
  const length = range.to - range.from;
  return (
    <span className={styles.picker}>
      <Button look="quiet" icon title="Earlier" onClick={() => absolute(range.from - length / 2, range.to - length / 2)}>
        <ChevronLeft size={15} />
      </Button>
      <Popover
        label="Time range"
        button={
          <>
            <Clock size={14} />
            {known ? `Last ${known}` : to === "now" && from.startsWith("now-") ? `Last ${from.slice(4)}` : `${formatTime(range.from, zone)} to ${formatTime(range.to, zone)}`}
          </>
        }
      >
        {(close) => (
          <div className={styles.choices}>
            <div className={styles.quick}>
              {quick.map(([f, name]) => (
                <button
                  key={f}
                  type="button"
                  aria-pressed={f === from && to === "now"}
                  onClick={() => {
                    onChange(f, "now");
                    close();
                  }}
                >
                  Last {name}
                </button>
              ))}
            </div>
            <Absolute
              from={from}
              to={to}
              range={range}
              onApply={(f, t) => {
                onChange(f, t);
                close();
              }}
            />
          </div>
        )}
      </Popover>
      <Button look="quiet" icon title="Later" onClick={() => absolute(range.from + length / 2, range.to + length / 2)}>
        <ChevronRight size={15} />
      </Button>
      <Button look="quiet" icon title="Twice as much time" onClick={() => absolute(range.from - length / 2, Math.min(range.to + length / 2, Math.max(range.to, Date.now())))}>
        <ZoomOut size={15} />
      </Button>
    </span>
  );
}

function Absolute({ from, to, range, onApply }: { from: string; to: string; range: TimeRange; onApply: (from: string, to: string) => void }) {
  const { zone } = useSettings();
  const shown = (text: string, ms: number) => (/^\d+$/.test(text) ? formatTime(ms, zone) : text);
  const [begin, setBegin] = useState(shown(from, range.from));
  const [end, setEnd] = useState(shown(to, range.to));
  const read = (text: string, isEnd: boolean) => {
    if (text.startsWith("now")) return parsePoint(text, 0, isEnd, zone) === null ? null : text;
    const ms = parsePoint(text, 0, isEnd, zone);
    return ms === null ? null : String(ms);
  };
  const [f, t] = [read(begin, false), read(end, true)];
  return (
    <form
      className={styles.absolute}
      onSubmit={(e) => {
        e.preventDefault();
        if (f !== null && t !== null) onApply(f, t);
      }}
    >
      <label>
        From
        <input className={field.input} value={begin} onChange={(e) => setBegin(e.target.value)} aria-invalid={f === null} />
      </label>
      <label>
        To
        <input className={field.input} value={end} onChange={(e) => setEnd(e.target.value)} aria-invalid={t === null} />
      </label>
      <p>As 2026-11-20 10:30:00 or now-6h, in {zone === "utc" ? "UTC" : "local time"}.</p>
      <Button look="primary" type="submit" disabled={f === null || t === null}>
        Apply
      </Button>
    </form>
  );
}
