import { ChevronDown } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import styles from "./Popover.module.css";

interface Props {
  /** What the button says. */
  button: ReactNode;
  label: string;
  /** Looks like text and not like a button. */
  quiet?: boolean;
  children: (close: () => void) => ReactNode;
}

/** A button with a box below it, which Escape or a click elsewhere closes. */
export function Popover({ button, label, quiet = false, children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const outside = (e: Event) => {
      if (!box.current?.contains(e.target as Node)) setOpen(false);
    };
    const escape = (e: KeyboardEvent) => {
      if (e.key === "Escape") setOpen(false);
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", escape);
    };
  }, [open]);
  return (
    <span ref={box} className={`${styles.anchor} ${quiet ? styles.quiet : ""}`}>
      <Button look={quiet ? "quiet" : "plain"} aria-expanded={open} aria-haspopup="dialog" {...(quiet ? { title: label } : button === label ? {} : { "aria-labelledby": `${id}-label ${id}-text` })} onClick={() => setOpen(!open)}>
        {/* Its name is what it is for and what it says. */}
        <span id={`${id}-label`} hidden>
          {label}
        </span>
        <span id={`${id}-text`} className={styles.text}>
          {button}
        </span>
        <ChevronDown size={13} />
      </Button>
      {open && (
        <div className={styles.box} role="dialog" aria-label={label}>
          {children(() => setOpen(false))}
        </div>
      )}
    </span>
  );
}
