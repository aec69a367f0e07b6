import { useState } from "react";
import { formatDuration, parseDuration } from "../../format/duration.ts";
import field from "../../ui/Field.module.css";
import { stepSeconds, type Density, type Panel } from "./panels.ts";
import styles from "./StepField.module.css";

interface Props {
  panel: Panel;
  onChange: (change: Partial<Panel>) => void;
}

const fixedSteps = ["1s", "5s", "10s", "15s", "30s", "1m", "5m", "15m", "1h", "6h", "1d"];
const own = "own";

/** How far apart a graph's points are: by the width, one of a few, or any. */
export function StepField({ panel, onChange }: Props) {
  const { resolution } = panel;
  const custom = resolution.type === "custom" ? formatDuration(resolution.stepMs) : "";
  const [writing, setWriting] = useState(false);
  const free = writing || (custom !== "" && !fixedSteps.includes(custom));
  const actual = formatDuration(stepSeconds(panel) * 1000);
  return (
    <>
      <select
        className={`${field.select} ${styles.step}`}
        aria-label="Distance of points"
        title={`One point every ${actual}`}
        value={free ? own : resolution.type === "auto" ? resolution.density : custom}
        onChange={({ target: { value } }) => {
          const stepMs = parseDuration(value);
          setWriting(value === own);
          if (value === own) return;
          onChange({ resolution: stepMs === null ? { type: "auto", density: value as Density } : { type: "custom", stepMs } });
        }}
      >
        <optgroup label="By width">
          <option value="low">Few points</option>
          <option value="medium">Step: auto</option>
          <option value="high">Many points</option>
        </optgroup>
        <optgroup label="Fixed">
          {fixedSteps.map((s) => (
            <option key={s} value={s}>
              Step: {s}
            </option>
          ))}
          <option value={own}>Step: own</option>
        </optgroup>
      </select>
      {free && (
        <OwnStep
          key={actual}
          value={actual}
          onChange={(stepMs) => {
            setWriting(false);
            onChange({ resolution: { type: "custom", stepMs } });
          }}
        />
      )}
    </>
  );
}

function OwnStep({ value, onChange }: { value: string; onChange: (stepMs: number) => void }) {
  const [text, setText] = useState(value);
  const ms = parseDuration(text);
  const apply = () => {
    if (ms !== null && text !== value) onChange(ms);
  };
  return (
    <input
      className={`${field.input} ${styles.own}`}
      aria-label="Own distance of points"
      title="Such as 45s or 2m30s"
      aria-invalid={ms === null}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onBlur={apply}
      onKeyDown={(e) => {
        if (e.key === "Enter") apply();
      }}
    />
  );
}
