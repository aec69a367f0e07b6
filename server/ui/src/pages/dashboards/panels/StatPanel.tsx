import type { CSSProperties, ReactNode } from "react";
import { sparkPath } from "../../../charts/sparkPath.ts";
import { faded } from "../../../charts/palette.ts";
import { inkColor, onColor } from "../fields/colors.ts";
import { reduced, type Reduced } from "../fields/reduced.ts";
import { text } from "../model/json.ts";
import { ValueLink } from "./ValueLink.tsx";
import type { DrawProps } from "./registry.ts";
import styles from "./stat.module.css";

/** A number, large, for each series. */
export function StatPanel({ panel, fields, env, height }: DrawProps) {
  const values = reduced(panel, fields);
  const mode = text(panel.options["textMode"], "auto");
  const withName = mode === "name" || mode === "value_and_name" || (mode === "auto" && values.length > 1);
  const background = text(panel.options["colorMode"], "value").startsWith("background");
  const area = text(panel.options["graphMode"], "area") === "area";
  const vertical = text(panel.options["orientation"]) === "horizontal";
  return (
    <div className={`${styles.items} ${vertical ? styles.vertical : ""}`} style={{ height }}>
      {values.map((v) => (
        <Item key={v.field.index} v={v} background={background} area={area} showName={withName} showValue={mode !== "name" && mode !== "none"} plain={text(panel.options["colorMode"]) === "none"}>
          <ValueLink links={v.field.config.links} env={env} labels={v.field.labels} value={v.text}>
            {v.text}
          </ValueLink>
        </Item>
      ))}
    </div>
  );
}

interface ItemProps {
  v: Reduced;
  background: boolean;
  area: boolean;
  showName: boolean;
  showValue: boolean;
  plain: boolean;
  children: ReactNode;
}

function Item({ v, background, area, showName, showValue, plain, children }: ItemProps) {
  const spark = area ? sparkPath(v.field.values, 200, 40, false) : null;
  const color = v.color ?? "var(--text)";
  // A shape in the colour of text would look like one of the values.
  const sparkColor = color === "var(--text)" ? "var(--text-3)" : color;
  return (
    <div className={styles.item} style={background && v.color ? { background: v.color, color: onColor(v.color) } : {}}>
      {spark && (
        <svg className={styles.spark} viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden>
          <path d={spark.area} fill={background ? "rgb(255 255 255 / 22%)" : faded(sparkColor, 0.14)} />
          <path d={spark.line} fill="none" stroke={background ? "rgb(255 255 255 / 70%)" : sparkColor} strokeWidth={1.4} vectorEffect="non-scaling-stroke" />
        </svg>
      )}
      {showName && <div className={styles.name}>{v.field.name}</div>}
      {showValue && (
        <div className={styles.value} style={{ "--letters": Math.max(6, v.text.length), ...(background || plain ? {} : { color: inkColor(color) }) } as CSSProperties}>
          {children}
        </div>
      )}
    </div>
  );
}
