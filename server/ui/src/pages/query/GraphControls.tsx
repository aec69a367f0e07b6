import { parseDuration, formatDuration } from "../../format/duration.ts";
import field from "../../ui/Field.module.css";
import { Segmented } from "../../ui/Segmented.tsx";
import { stepSeconds, type Density, type Display, type Panel } from "./panels.ts";
import { RangeField } from "./RangeField.tsx";
import { TimeField } from "./TimeField.tsx";

interface Props {
  panel: Panel;
  onChange: (change: Partial<Panel>) => void;
}

const displays: { value: Display; text: string }[] = [
  { value: "lines", text: "Lines" },
  { value: "stacked", text: "Stacked" },
  { value: "heatmap", text: "Heatmap" },
];

const fixedSteps = ["1s", "5s", "10s", "15s", "30s", "1m", "5m", "15m", "1h"];

/** Range, end, distance of points and look of a graph. */
export function GraphControls({ panel, onChange }: Props) {
  const { resolution } = panel;
  const custom = resolution.type === "custom" ? formatDuration(resolution.stepMs) : "";
  return (
    <>
      <RangeField valueMs={panel.rangeMs} onChange={(rangeMs) => onChange({ rangeMs })} />
      <TimeField label="End" valueMs={panel.endMs} onChange={(endMs) => onChange({ endMs })} stepMs={panel.rangeMs / 2} />
      <select
        className={field.select}
        aria-label="Distance of points"
        title={`One point every ${formatDuration(stepSeconds(panel) * 1000)}`}
        value={resolution.type === "auto" ? resolution.density : custom}
        onChange={(e) => {
          const value = e.target.value;
          const stepMs = parseDuration(value);
          onChange({ resolution: stepMs === null ? { type: "auto", density: value as Density } : { type: "custom", stepMs } });
        }}
      >
        <optgroup label="By width">
          <option value="low">Few points</option>
          <option value="medium">Step: auto</option>
          <option value="high">Many points</option>
        </optgroup>
        <optgroup label="Fixed">
          {[...new Set([...fixedSteps, ...(custom ? [custom] : [])])].map((s) => (
            <option key={s} value={s}>
              Step: {s}
            </option>
          ))}
        </optgroup>
      </select>
      <Segmented label="Look" value={panel.display} options={displays} onChange={(display) => onChange({ display })} />
      <label className={field.check}>
        <input type="checkbox" checked={panel.exemplars} onChange={(e) => onChange({ exemplars: e.target.checked })} />
        Exemplars
      </label>
      <label className={field.check}>
        <input type="checkbox" checked={panel.yMin === 0} onChange={(e) => onChange({ yMin: e.target.checked ? 0 : null })} />
        From zero
      </label>
    </>
  );
}
