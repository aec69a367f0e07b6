import type { Text } from "@codemirror/state";

/** Where in the text Prometheus' parser says the error is: "1:8: parse error: …". */
export function errorOffset(message: string, doc: Text): number | null {
  const match = /\b(\d+):(\d+): parse error/.exec(message);
  if (!match) return null;
  const line = Number(match[1]);
  if (line < 1 || line > doc.lines) return null;
  return Math.min(doc.line(line).from + Number(match[2]) - 1, doc.length);
}
