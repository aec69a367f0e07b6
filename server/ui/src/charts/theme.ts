/** The stylesheet's colours, for canvases. */
export interface ChartTheme {
  text: string;
  grid: string;
  /** What charts lie on. */
  ground: string;
  line: string;
  font: string;
}

/** Reads the colours as they are now; ask again when the theme changes. */
export function chartTheme(): ChartTheme {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const color = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = { text: color("--text-3"), grid: color("--line"), ground: color("--surface"), line: color("--line-strong"), font: '11px "Inter Variable", system-ui, sans-serif' };
  probe.remove();
  return theme;
}
