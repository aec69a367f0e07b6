import field from "../../ui/Field.module.css";
import { Segmented } from "../../ui/Segmented.tsx";
import type { Display, Panel } from "./panels.ts";
import { RangeField } from "./RangeField.tsx";
import { StepField } from "./StepField.tsx";
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

/** Range, end, distance of points and look of a graph. */
export function GraphControls({ panel, onChange }: Props) {
  return (
    <>
      <RangeField valueMs={panel.rangeMs} onChange={(rangeMs) => onChange({ rangeMs })} />
      <TimeField label="End" valueMs={panel.endMs} onChange={(endMs) => onChange({ endMs })} stepMs={panel.rangeMs / 2} />
      <StepField panel={panel} onChange={onChange} />
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
