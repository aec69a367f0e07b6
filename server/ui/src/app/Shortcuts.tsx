import { Dialog } from "../ui/Dialog.tsx";
import { routes } from "./routes.ts";
import styles from "./Shortcuts.module.css";

const others: [string[], string][] = [
  [["/"], "Go to the page's search"],
  [["?"], "Show these keys"],
  [["Enter"], "Run the expression"],
  [["Shift", "Enter"], "A new line in the expression"],
  [["Ctrl", "Space"], "Complete"],
  [["Esc"], "Leave a field, close a dialog"],
];

/** The list of keys. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className={styles.columns}>
        <dl className={styles.keys}>
          {routes.map(({ path, nav }) => nav && <Keys key={path} keys={["g", nav.key]} what={nav.name} />)}
        </dl>
        <dl className={styles.keys}>
          {others.map(([keys, what]) => (
            <Keys key={what} keys={keys} what={what} />
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

function Keys({ keys, what }: { keys: string[]; what: string }) {
  return (
    <div className={styles.row}>
      <dt>{what}</dt>
      <dd>
        {keys.map((k) => (
          <kbd key={k}>{k}</kbd>
        ))}
      </dd>
    </div>
  );
}
