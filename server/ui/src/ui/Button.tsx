import type { ButtonHTMLAttributes } from "react";
import styles from "./Button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "quiet";
  /** Shows nothing but an icon: the title is its name. */
  icon?: boolean;
}

export function Button({ look = "plain", icon = false, className = "", title, ...rest }: Props) {
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[look]} ${icon ? styles.icon : ""} ${className}`}
      title={title}
      {...(icon ? { "aria-label": title } : {})}
      {...rest}
    />
  );
}
