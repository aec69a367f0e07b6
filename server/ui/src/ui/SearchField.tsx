import { Search } from "lucide-react";
import { useRef } from "react";
import { useShortcut } from "../app/shortcuts.ts";
import styles from "./Field.module.css";

interface Props {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  wide?: boolean;
}

/** Filters what the page shows; the key "/" goes there. */
export function SearchField({ value, onChange, placeholder, wide = false }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", () => input.current?.focus());
  return (
    <label className={`${styles.search} ${wide ? styles.wide : ""}`}>
      <Search size={14} aria-hidden />
      <input
        ref={input}
        type="search"
        value={value}
        placeholder={placeholder}
        aria-label={placeholder}
        spellCheck={false}
        onChange={(e) => onChange(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Escape") e.currentTarget.blur();
        }}
      />
      {value === "" && <kbd className={styles.key}>/</kbd>}
    </label>
  );
}
