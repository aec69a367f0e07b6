import type { ReactNode } from "react";
import { WindowList } from "../../ui/WindowList.tsx";
import "../../ui/syntax.css";
import styles from "./YamlView.module.css";

interface Line {
  number: number;
  text: string;
}

/** YAML by lines, however many. Lines that contain the mark stand out. */
export function YamlView({ lines, mark }: { lines: readonly string[]; mark: string }) {
  const numbered = lines.map((text, i): Line => ({ number: i + 1, text }));
  const wanted = mark.toLowerCase();
  const shown = wanted === "" ? numbered : context(numbered, wanted);
  return (
    <div className={styles.yaml}>
      <WindowList items={shown} keyOf={(l) => l.number} estimate={19} label="Configuration">
        {(line) => (
          <div className={`${styles.line} ${wanted !== "" && line.text.toLowerCase().includes(wanted) ? styles.found : ""}`}>
            <span className={styles.number}>{line.number}</span>
            <code>{colored(line.text)}</code>
          </div>
        )}
      </WindowList>
    </div>
  );
}

const around = 4;

/** The lines found and those around them. */
function context(lines: readonly Line[], wanted: string): Line[] {
  const keep = new Set<number>();
  for (const { number, text } of lines) {
    if (!text.toLowerCase().includes(wanted)) continue;
    for (let n = number - around; n <= number + around; n++) keep.add(n);
  }
  return lines.filter((l) => keep.has(l.number));
}

/** Enough of YAML's syntax for what the server writes: one key or one item on a line. */
function colored(text: string): ReactNode {
  const match = /^(\s*(?:- )*)([\w./-]+:)?( ?)(.*)$/.exec(text);
  if (!match) return text;
  const [, indent, key, space, value = ""] = match;
  const kind = /^(true|false|null|-?\d[\d.]*(ms|[smhdwy])?)$/.test(value) ? "tok-number" : value.startsWith("#") ? "tok-comment" : "tok-string";
  return (
    <>
      {indent}
      {key && <span className="tok-propertyName">{key}</span>}
      {space}
      <span className={kind}>{value}</span>
    </>
  );
}
