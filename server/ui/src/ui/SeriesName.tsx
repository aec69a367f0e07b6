import { Fragment } from "react";
import { labelName, quote, type Labels } from "../promql/series.ts";
import "./syntax.css";

/** A series in PromQL's syntax, with its colours. */
export function SeriesName({ labels }: { labels: Labels }) {
  const { __name__: metric, ...rest } = labels;
  const pairs = Object.entries(rest);
  return (
    <code>
      {metric}
      {(pairs.length > 0 || metric === undefined) && "{"}
      {pairs.map(([name, value], i) => (
        <Fragment key={name}>
          {i > 0 && ", "}
          <span className="tok-labelName">{labelName(name)}</span>=<span className="tok-string">{quote(value)}</span>
        </Fragment>
      ))}
      {(pairs.length > 0 || metric === undefined) && "}"}
    </code>
  );
}
