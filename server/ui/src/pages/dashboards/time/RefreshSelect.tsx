import { RefreshCw } from "lucide-react";
import { Button } from "../../../ui/Button.tsx";
import field from "../../../ui/Field.module.css";

const choices = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h"];

interface Props {
  value: string;
  onChange: (value: string) => void;
  onRefresh: () => void;
}

/** Refresh now, or every so often. */
export function RefreshSelect({ value, onChange, onRefresh }: Props) {
  return (
    <>
      <Button icon title="Refresh" onClick={onRefresh}>
        <RefreshCw size={14} />
      </Button>
      <select className={field.select} aria-label="Refresh every" value={value} onChange={(e) => onChange(e.target.value)}>
        <option value="">Off</option>
        {[...new Set([...choices, ...(value ? [value] : [])])].map((c) => (
          <option key={c}>{c}</option>
        ))}
      </select>
    </>
  );
}
