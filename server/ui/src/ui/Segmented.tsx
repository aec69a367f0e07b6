import type { ReactNode } from "react";
import styles from "./Segmented.module.css";

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; text: ReactNode; title?: string }[];
  onChange: (value: T) => void;
}

const steps: Partial<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One choice among few, all in view. Tab goes to the one that is chosen, arrows choose others. */
export function Segmented<T extends string>({ label, value, options, onChange }: Props<T>) {
  const chosen = options.findIndex((o) => o.value === value);
  const move = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = (Math.max(0, chosen) + step + options.length) % options.length;
    const next = options[to];
    if (next) onChange(next.value);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')[to]?.focus();
  };
  return (
    <div className={styles.group} role="radiogroup" aria-label={label} onKeyDown={move}>
      {options.map((o, i) => (
        <button
          key={o.value}
          type="button"
          role="radio"
          aria-checked={o.value === value}
          tabIndex={i === Math.max(0, chosen) ? 0 : -1}
          title={o.title}
          className={styles.option}
          onClick={() => onChange(o.value)}
        >
          {o.text}
        </button>
      ))}
    </div>
  );
}
