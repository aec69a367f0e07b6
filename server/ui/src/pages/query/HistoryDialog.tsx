import { useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Expression } from "../../ui/Expression.tsx";
import { Empty } from "../../ui/Note.tsx";
import field from "../../ui/Field.module.css";
import { forgetHistory, queryHistory } from "./history.ts";
import styles from "./PickList.module.css";

interface Props {
  onClose: () => void;
  onPick: (expr: string) => void;
}

/** What was asked before, to ask it again. */
export function HistoryDialog({ onClose, onPick }: Props) {
  const [filter, setFilter] = useState("");
  // Read anew at each drawing: other panels add to it.
  const list = queryHistory().filter((e) => e.toLowerCase().includes(filter.toLowerCase()));
  return (
    <Dialog title="Asked before" wide onClose={onClose}>
      <div className={styles.head}>
        <input className={field.input} type="search" placeholder="Filter" aria-label="Filter expressions" value={filter} onChange={(e) => setFilter(e.target.value)} />
        <Button
          look="quiet"
          onClick={() => {
            forgetHistory();
            onClose();
          }}
        >
          Forget all
        </Button>
      </div>
      {list.length === 0 && <Empty title="Nothing here">Expressions are kept in this browser once they were run.</Empty>}
      <ul>
        {list.map((expr) => (
          <li key={expr}>
            <button
              type="button"
              className={styles.item}
              onClick={() => {
                onClose();
                onPick(expr);
              }}
            >
              <Expression expr={expr} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
