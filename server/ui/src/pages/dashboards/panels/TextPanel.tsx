import Markdown from "markdown-to-jsx";
import { text } from "../model/json.ts";
import { interpolate } from "../variables/interpolate.ts";
import type { DrawProps } from "./registry.ts";
import styles from "./panels.module.css";

/** Text in Markdown. HTML shows as what was written: a dashboard's author is not the page's author. */
export function TextPanel({ panel, env, height }: DrawProps) {
  const content = interpolate(text(panel.options["content"]), env, "text");
  const mode = text(panel.options["mode"], "markdown");
  return (
    <div className={styles.text} style={{ height }}>
      {mode === "markdown" ? (
        <Markdown options={{ disableParsingRawHTML: true, forceBlock: true, overrides: { a: { props: { target: "_blank", rel: "noreferrer" } }, img: NoImage } }}>{content}</Markdown>
      ) : (
        <pre>{content}</pre>
      )}
    </div>
  );
}

/** Pages that ask nothing of anywhere else show no pictures from there. */
function NoImage({ alt, src }: { alt?: string; src?: string }) {
  return <span title={src}>[{alt || "picture"}]</span>;
}
