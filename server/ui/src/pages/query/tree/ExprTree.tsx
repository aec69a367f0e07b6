import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post, type ApiError } from "../../../api/client.ts";
import type { InstantResult } from "../../../api/query.ts";
import { humanSeconds } from "../../../format/duration.ts";
import { count } from "../../../format/number.ts";
import { Expression } from "../../../ui/Expression.tsx";
import type { Labels } from "../../../promql/series.ts";
import { Note } from "../../../ui/Note.tsx";
import { parseTree, type ExprNode } from "./nodes.ts";
import styles from "./ExprTree.module.css";

interface Props {
  expr: string;
  timeMs: number | null;
  onPick: (expr: string) => void;
  /** Also says which labels each part's series have, and how many values. */
  detailed?: boolean;
}

/** Each part of an expression with what it gives by itself: where series get lost is where the number drops. */
export function ExprTree({ expr, timeMs, onPick, detailed = false }: Props) {
  const root = useMemo(() => parseTree(expr), [expr]);
  if (!root) return <Note tone="info">An expression with an error has no parts to show.</Note>;
  return (
    <ul className={styles.tree}>
      <Node node={root} timeMs={timeMs} onPick={onPick} detailed={detailed} />
    </ul>
  );
}

function Node({ node, timeMs, onPick, detailed }: { node: ExprNode; timeMs: number | null; onPick: (expr: string) => void; detailed: boolean }) {
  return (
    <li>
      <div className={styles.node}>
        <span className={styles.what}>{node.what}</span>
        <button type="button" className={styles.expr} title="Query this part alone" onClick={() => onPick(node.text)}>
          <Expression expr={node.text} />
        </button>
        <Outcome node={node} timeMs={timeMs} detailed={detailed} />
      </div>
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child, i) => (
            <Node key={i} node={child} timeMs={timeMs} onPick={onPick} detailed={detailed} />
          ))}
        </ul>
      )}
    </li>
  );
}

interface Found {
  series: number;
  tookMs: number;
  labels: [string, number][];
}

function Outcome({ node, timeMs, detailed }: { node: ExprNode; timeMs: number | null; detailed: boolean }) {
  const { data, error } = useQuery<Found, ApiError>({
    queryKey: ["part", node.text, timeMs],
    queryFn: async ({ signal }) => {
      const began = performance.now();
      const { data } = await post<InstantResult>("query", { query: node.text, time: (timeMs ?? Date.now()) / 1000 }, signal);
      return { ...summarize(data), tookMs: performance.now() - began };
    },
    staleTime: 60_000,
    retry: false,
  });
  if (error) return <span className={styles.bad}>{error.message}</span>;
  if (!data) return <span className={styles.found}>…</span>;
  return (
    <span className={styles.found}>
      <strong className={data.series === 0 ? styles.bad : ""}>{data.series === 0 ? "nothing" : count(data.series, "series", "series")}</strong>
      {` · ${humanSeconds(data.tookMs / 1000)}`}
      {detailed &&
        data.labels.map(([name, values]) => (
          <span key={name} className={styles.label}>
            {name} <b>{values}</b>
          </span>
        ))}
    </span>
  );
}

function summarize(result: InstantResult): Omit<Found, "tookMs"> {
  if (result.resultType === "scalar" || result.resultType === "string") return { series: 1, labels: [] };
  const values = new Map<string, Set<string>>();
  for (const { metric } of result.result as { metric: Labels }[]) {
    for (const [name, value] of Object.entries(metric)) {
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
  }
  const labels = [...values].map(([name, set]): [string, number] => [name, set.size]).sort((a, b) => b[1] - a[1]);
  return { series: result.result.length, labels };
}
