import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post, type ApiError } from "../../../api/client.ts";
import type { InstantResult } from "../../../api/query.ts";
import { humanSeconds } from "../../../format/duration.ts";
import { count } from "../../../format/number.ts";
import { Expression } from "../../../ui/Expression.tsx";
import type { Labels } from "../../../promql/series.ts";
import { Note } from "../../../ui/Note.tsx";
import { MatchView } from "./MatchView.tsx";
import type { Matching } from "./matching.ts";
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
      {detailed && node.note !== "" && <p className={styles.note}>{node.note}</p>}
      {detailed && <Sides node={node} timeMs={timeMs} />}
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

/** A binary operator's sides, once both are known to be vectors. */
function Sides({ node: { matching, children }, timeMs }: { node: ExprNode; timeMs: number | null }) {
  const [left, right] = children;
  if (!matching || !left || !right) return null;
  return <SidesOf matching={matching} left={left.text} right={right.text} timeMs={timeMs} />;
}

function SidesOf({ matching, left, right, timeMs }: { matching: Matching; left: string; right: string; timeMs: number | null }) {
  const [l, r] = [usePart(left, timeMs), usePart(right, timeMs)];
  if (!l.data?.series || !r.data?.series) return null;
  return <MatchView left={l.data.series} right={r.data.series} matching={matching} />;
}

interface Found {
  /** Absent for a number or a string. */
  series?: Labels[];
  tookMs: number;
}

/** What a part gives by itself, asked once however often it occurs. */
function usePart(text: string, timeMs: number | null) {
  return useQuery<Found, ApiError>({
    queryKey: ["part", text, timeMs],
    queryFn: async ({ signal }) => {
      const began = performance.now();
      const { data } = await post<InstantResult>("query", { query: text, time: (timeMs ?? Date.now()) / 1000 }, signal);
      const series = data.resultType === "vector" || data.resultType === "matrix" ? data.result.map((s: { metric: Labels }) => s.metric) : undefined;
      return { ...(series && { series }), tookMs: performance.now() - began };
    },
    staleTime: 60_000,
    retry: false,
  });
}

function Outcome({ node, timeMs, detailed }: { node: ExprNode; timeMs: number | null; detailed: boolean }) {
  const { data, error } = usePart(node.text, timeMs);
  const labels = useMemo(() => (detailed ? valuesOf(data?.series ?? []) : []), [detailed, data]);
  if (error) return <span className={styles.bad}>{error.message}</span>;
  if (!data) return <span className={styles.found}>…</span>;
  return (
    <span className={styles.found}>
      {data.series ? <strong className={data.series.length === 0 ? styles.bad : ""}>{data.series.length === 0 ? "nothing" : count(data.series.length, "series", "series")}</strong> : <strong>one value</strong>}
      {` · ${humanSeconds(data.tookMs / 1000)}`}
      {labels.map(([name, values]) => (
        <span key={name} className={styles.label}>
          {name} <b>{values}</b>
        </span>
      ))}
    </span>
  );
}

/** Each label with how many values it has, the most first. */
function valuesOf(series: readonly Labels[]): [string, number][] {
  const values = new Map<string, Set<string>>();
  for (const labels of series) {
    for (const [name, value] of Object.entries(labels)) {
      const known = values.get(name) ?? new Set();
      values.set(name, known.add(value));
    }
  }
  return [...values].map(([name, set]): [string, number] => [name, set.size]).sort((a, b) => b[1] - a[1]);
}
