import { useState } from "react";
import { Popover } from "../../../ui/Popover.tsx";
import field from "../../../ui/Field.module.css";
import { all, type Chosen } from "./interpolate.ts";
import styles from "./VariableBar.module.css";

interface Props {
  variables: readonly Chosen[];
  onChange: (name: string, values: string[]) => void;
}

/** The dashboard's variables, to choose from. */
export function VariableBar({ variables, onChange }: Props) {
  const shown = variables.filter((v) => !v.hidden);
  if (shown.length === 0) return null;
  return (
    <div className={styles.bar}>
      {shown.map((v) => (
        <span key={v.name} className={styles.variable}>
          <span className={styles.label}>{v.label}</span>
          {v.type === "textbox" ? (
            <TextValue variable={v} onChange={(value) => onChange(v.name, [value])} />
          ) : (
            <Popover label={v.label} button={<span className={styles.value}>{selectionText(v)}</span>}>
              {(close) => (
                <Options
                  variable={v}
                  onChange={(values) => {
                    onChange(v.name, values);
                    if (!v.multi) close();
                  }}
                />
              )}
            </Popover>
          )}
        </span>
      ))}
    </div>
  );
}

function selectionText(v: Chosen): string {
  if (v.selected.includes(all)) return "All";
  if (v.selected.length === 0) return v.options.length === 0 ? "none" : "None";
  return v.selected.length > 2 ? `${v.selected[0]} + ${v.selected.length - 1}` : v.selected.join(" + ");
}

function TextValue({ variable, onChange }: { variable: Chosen; onChange: (value: string) => void }) {
  const current = variable.selected[0] ?? "";
  return (
    <input
      key={current}
      className={field.input}
      aria-label={variable.label}
      defaultValue={current}
      onBlur={(e) => e.target.value !== current && onChange(e.target.value)}
      onKeyDown={(e) => {
        if (e.key === "Enter") e.currentTarget.blur();
      }}
    />
  );
}

const shownOptions = 300;

function Options({ variable: v, onChange }: { variable: Chosen; onChange: (values: string[]) => void }) {
  const [filter, setFilter] = useState("");
  const found = v.options.filter((o) => o.toLowerCase().includes(filter.toLowerCase()));
  const pick = (option: string) => {
    if (!v.multi || option === all) return onChange([option]);
    const without = v.selected.filter((s) => s !== option && s !== all);
    const next = v.selected.includes(option) ? without : [...without, option];
    return onChange(next.length > 0 ? next : v.includeAll ? [all] : [option]);
  };
  return (
    <div className={styles.options}>
      {v.options.length > 8 && <input className={field.input} type="search" autoFocus placeholder="Filter" aria-label={`Filter ${v.label}`} value={filter} onChange={(e) => setFilter(e.target.value)} />}
      <ul role="listbox" aria-label={v.label} aria-multiselectable={v.multi}>
        {[...(v.includeAll && filter === "" ? [all] : []), ...found.slice(0, shownOptions)].map((o) => (
          <li key={o} role="option" aria-selected={v.selected.includes(o)}>
            <button type="button" onClick={() => pick(o)}>
              {v.multi && <input type="checkbox" readOnly tabIndex={-1} checked={v.selected.includes(o)} aria-hidden />}
              {o === all ? "All" : o || '""'}
            </button>
          </li>
        ))}
      </ul>
      {found.length > shownOptions && <p>{found.length - shownOptions} more: narrow the filter.</p>}
    </div>
  );
}
