/** Series as PromQL writes them. */

export type Labels = Record<string, string>;

const legacyLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const legacyMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A string literal in double quotes. */
export function quote(value: string): string {
  return `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
}

/** A label's name, quoted if it is not one of the classic ones. */
export function labelName(name: string): string {
  return legacyLabel.test(name) ? name : quote(name);
}

/** The series in PromQL's own syntax, fit to be queried. */
export function formatSeries(labels: Labels): string {
  const { __name__: metric, ...rest } = labels;
  const pairs = Object.entries(rest).map(([name, value]) => `${labelName(name)}=${quote(value)}`);
  if (metric === undefined) return `{${pairs.join(", ")}}`;
  if (!legacyMetric.test(metric)) return `{${[quote(metric), ...pairs].join(", ")}}`;
  return pairs.length > 0 ? `${metric}{${pairs.join(", ")}}` : metric;
}

/** A string in which nothing is an RE2 operator. */
export function escapeRegex(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
