import { CircleCheck } from "lucide-react";
import { Link } from "wouter";
import { Dot } from "../../ui/Badge.tsx";
import { Loading } from "../../ui/Note.tsx";
import { attention } from "./attention.ts";
import type { Known } from "./useSituation.ts";
import styles from "./Verdict.module.css";

/** The one sentence this page is for, and what to look at if it is not a good one. */
export function Verdict({ known }: { known: Known }) {
  const list = attention(known);
  if (list.length === 0) {
    if (!known.complete) return <Loading what="the state of the server" />;
    return (
      <div className={`${styles.verdict} ${styles.well}`} role="status">
        <CircleCheck size={18} aria-hidden />
        <strong>All is well.</strong>
        <span>Every target answers, every rule evaluates, every drop-in is in use.</span>
      </div>
    );
  }
  return (
    <div role="status">
      <ul className={`${styles.verdict} ${styles.list}`}>
        {list.map((a) => (
          <li key={a.text}>
            <Dot tone={a.tone} />
            <Link href={a.to}>{a.text}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
