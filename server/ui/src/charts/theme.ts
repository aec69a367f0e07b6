/** The stylesheet's colours, for canvases. */
export interface ChartTheme {
  text: string;
  grid: string;
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
  const theme = { text: color("--text-3"), grid: color("--line"), line: color("--line-strong"), font: '11px "Inter Variable", system-ui, sans-serif' };
  probe.remove();
  return theme;
}
