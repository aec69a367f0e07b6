import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import styles from "./Dialog.module.css";

interface Props {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog, open as long as it is there. The browser keeps the focus inside and Escape closes it. */
export function Dialog({ title, wide = false, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`${styles.dialog} ${wide ? styles.wide : ""}`}
      aria-label={title}
      onClose={onClose}
      onClick={(e) => {
        // Only the backdrop is the dialog itself.
        if (e.target === e.currentTarget) onClose();
      }}
    >
      <div className={styles.box}>
        <header className={styles.header}>
          <h2>{title}</h2>
          <Button look="quiet" icon title="Close" onClick={onClose}>
            <X size={16} />
          </Button>
        </header>
        <div className={styles.body}>{children}</div>
      </div>
    </dialog>
  );
}
