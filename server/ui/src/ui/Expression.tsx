import { classHighlighter, highlightTree } from "@lezer/highlight";
import { parser } from "@prometheus-io/lezer-promql";
import { useMemo, type ReactNode } from "react";
import "./syntax.css";
import styles from "./Expression.module.css";

const language = parser.configure({ top: "PromQL" });

/** PromQL with its colours. */
export function Expression({ expr, block = false }: { expr: string; block?: boolean }) {
  const parts = useMemo(() => highlight(expr), [expr]);
  return <code className={block ? styles.block : styles.inline}>{parts}</code>;
}

function highlight(expr: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  highlightTree(language.parse(expr), classHighlighter, (from, to, classes) => {
    if (from > at) parts.push(expr.slice(at, from));
    parts.push(
      <span key={from} className={classes}>
        {expr.slice(from, to)}
      </span>,
    );
    at = to;
  });
  if (at < expr.length) parts.push(expr.slice(at));
  return parts;
}
