import type { Problem } from "../../api/dropins.ts";
import styles from "./ProblemView.module.css";

/** What is wrong, in which line, and what to do. */
export function ProblemView({ problem }: { problem: Problem }) {
  const { line, message, code, remedy, excerpt } = problem;
  return (
    <div className={styles.problem}>
      <p className={styles.message}>
        {line ? <span className={styles.line}>Line {line}: </span> : null}
        {message}
        <code className={styles.code}>{code}</code>
      </p>
      {excerpt && (
        <pre className={styles.excerpt} aria-label="The text around the line">
          {excerpt.lines.map((text, i) => {
            const number = excerpt.first + i;
            return (
              <div key={number} className={number === line ? styles.fault : ""}>
                <span className={styles.number}>{number}</span>
                {text || " "}
              </div>
            );
          })}
        </pre>
      )}
      {remedy && <p className={styles.remedy}>{remedy}</p>}
    </div>
  );
}
