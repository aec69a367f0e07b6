import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import styles from "./Menu.module.css";

export interface MenuItem {
  icon: ReactNode;
  text: string;
  onPick: () => void;
  disabled?: boolean;
}

interface Props {
  /** The name of the button and of the list. */
  label: string;
  icon: ReactNode;
  items: readonly MenuItem[];
}

/** Actions behind a button. Arrows move among them, Escape closes and goes back to the button. */
export function Menu({ label, icon, items }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const entries = () => [...(box.current?.querySelectorAll<HTMLButtonElement>('[role="menuitem"]:not(:disabled)') ?? [])];
  const close = (toButton: boolean) => {
    setOpen(false);
    if (toButton) box.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return;
    entries()[0]?.focus();
    const outside = (e: Event) => {
      if (!box.current?.contains(e.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);

  const move = (event: React.KeyboardEvent) => {
    const list = entries();
    const at = list.indexOf(document.activeElement as HTMLButtonElement);
    const to: Partial<Record<string, number>> = { ArrowDown: (at + 1) % list.length, ArrowUp: (at - 1 + list.length) % list.length, Home: 0, End: list.length - 1 };
    const next = to[event.key];
    if (next !== undefined) {
      event.preventDefault();
      list[next]?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close(true);
    } else if (event.key === "Tab") {
      setOpen(false);
    }
  };

  return (
    <span ref={box} className={styles.anchor}>
      <Button look="quiet" icon title={label} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {icon}
      </Button>
      {open && (
        <div className={styles.menu} role="menu" aria-label={label} onKeyDown={move}>
          {items.map(({ icon: itemIcon, text, onPick, disabled }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={disabled}
              className={styles.item}
              onClick={() => {
                close(true);
                onPick();
              }}
            >
              {itemIcon}
              {text}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}
