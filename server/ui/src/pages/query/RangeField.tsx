import { Minus, Plus } from "lucide-react";
import { useState } from "react";
import { formatDuration, parseDuration } from "../../format/duration.ts";
import styles from "./TimeField.module.css";
import range from "./RangeField.module.css";

const steps = ["1m", "5m", "15m", "30m", "1h", "2h", "6h", "12h", "1d", "2d", "7d", "14d", "30d", "60d", "180d", "365d"].map((s) => parseDuration(s) ?? 0);

interface Props {
  valueMs: number;
  onChange: (ms: number) => void;
}

/** How much time a graph shows. */
export function RangeField({ valueMs, onChange }: Props) {
  const [text, setText] = useState(formatDuration(valueMs));
  const [known, setKnown] = useState(valueMs);
  if (known !== valueMs) {
    setKnown(valueMs);
    setText(formatDuration(valueMs));
  }
  const apply = () => {
    const ms = parseDuration(text);
    if (ms === null) setText(formatDuration(valueMs));
    else if (ms !== valueMs) onChange(ms);
  };
  const shorter = steps.findLast((s) => s < valueMs);
  const longer = steps.find((s) => s > valueMs);
  return (
    <span className={styles.field}>
      <button type="button" title="Shorter range" aria-label="Shorter range" disabled={shorter === undefined} onClick={() => shorter !== undefined && onChange(shorter)}>
        <Minus size={13} />
      </button>
      <input
        className={range.text}
        value={text}
        aria-label="Range"
        onChange={(e) => setText(e.target.value)}
        onBlur={apply}
        onKeyDown={(e) => {
          if (e.key === "Enter") apply();
        }}
      />
      <button type="button" title="Longer range" aria-label="Longer range" disabled={longer === undefined} onClick={() => longer !== undefined && onChange(longer)}>
        <Plus size={13} />
      </button>
    </span>
  );
}
