import { Check, Copy, TriangleAlert, type LucideIcon } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { Button } from "./Button.tsx";
import { copyText } from "./clipboard.ts";

interface Props {
  text: () => string;
  /** What is copied, as the button's name: "Copy the series". */
  title: string;
  children?: ReactNode;
  className?: string;
  look?: "plain" | "quiet";
  size?: number;
  icon?: LucideIcon;
}

type State = "idle" | "done" | "failed";

/** Copies a text and says whether that worked. */
export function CopyButton({ text, title, children, className = "", look = "quiet", size = 14, icon = Copy }: Props) {
  const [state, setState] = useState<State>("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const Icon = { idle: icon, done: Check, failed: TriangleAlert }[state];
  const said = state === "done" ? "Copied" : state === "failed" ? "The browser did not let it be copied" : title;
  return (
    <Button look={look} icon={children === undefined} className={className} title={said} onClick={() => void copyText(text()).then((ok) => setState(ok ? "done" : "failed"))}>
      <Icon size={size} aria-hidden />
      {children !== undefined && <span>{state === "done" ? "Copied" : children}</span>}
    </Button>
  );
}
