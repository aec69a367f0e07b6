import { X } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { Button } from "./Button.tsx";
import styles from "./Dialog.module.css";

interface Props {
  id?: string;
  ref?: Ref<HTMLDialogElement>;
  title: string;
  wide?: boolean;
  onClose?: () => void;
  children: ReactNode;
}

/** A modal dialog: the browser keeps the focus inside and Escape closes it. */
export function Dialog({ id, ref, title, wide = false, onClose, children }: Props) {
  return (
    <dialog
      id={id}
      ref={ref}
      className={`${styles.dialog} ${wide ? styles.wide : ""}`}
      aria-label={title}
      onClose={onClose}
      onClick={(e) => {
        // Only the backdrop is the dialog itself.
        if (e.target === e.currentTarget) e.currentTarget.close();
      }}
    >
      <div className={styles.box}>
        <header className={styles.header}>
          <h2>{title}</h2>
          <Button look="quiet" icon title="Close" onClick={(e) => e.currentTarget.closest("dialog")?.close()}>
            <X size={16} />
          </Button>
        </header>
        <div className={styles.body}>{children}</div>
      </div>
    </dialog>
  );
}
