/** Grafana's colour names. */
import { seriesColor } from "../../../charts/palette.ts";

const hues: Record<string, string> = { green: "#3aa76d", red: "#dd5252", yellow: "#d9a900", blue: "#4285e8", orange: "#ec8a34", purple: "#9a6dd7" };
const shades: Record<string, string> = { "super-light": "white 45%", light: "white 22%", "semi-dark": "black 14%", dark: "black 32%" };

/** A CSS colour for a name or a value of Grafana's. */
export function color(name: string | undefined): string | undefined {
  if (!name) return undefined;
  if (name === "text") return "var(--text)";
  if (name === "transparent") return "transparent";
  const hue = hues[name];
  if (hue) return hue;
  const match = /^(super-light|light|semi-dark|dark)-(\w+)$/.exec(name);
  const base = hues[match?.[2] ?? ""];
  const shade = shades[match?.[1] ?? ""];
  if (base && shade) return `color-mix(in oklab, ${base}, ${shade})`;
  // Other names and #rrggbb are CSS already.
  return /^(#[0-9a-f]{3,8}|rgba?\([\d\s.,%]+\)|[a-z]+)$/i.test(name) ? name : undefined;
}

/** The colour of text on a ground of that colour: nearly black on what is light, white on what is dark. */
export function onColor(ground: string): string {
  return `oklch(from ${ground} clamp(0.16, (0.58 - l) * 1000, 1) 0 0)`;
}

/** The colour, dark enough or light enough for text on the page. */
export function inkColor(of: string): string {
  return `light-dark(oklch(from ${of} min(l, 0.54) c h), oklch(from ${of} max(l, 0.7) c h))`;
}

const ramps: Record<string, string[]> = {
  "continuous-GrYlRd": ["green", "yellow", "red"], "continuous-RdYlGr": ["red", "yellow", "green"], "continuous-BlYlRd": ["blue", "yellow", "red"],
  "continuous-YlRd": ["yellow", "red"], "continuous-BlPu": ["blue", "purple"], "continuous-YlBl": ["yellow", "blue"],
  "continuous-blues": ["super-light-blue", "dark-blue"], "continuous-reds": ["super-light-red", "dark-red"], "continuous-greens": ["super-light-green", "dark-green"], "continuous-purples": ["super-light-purple", "dark-purple"],
};

/** The colour of a fraction of the range, in the modes that go from one colour to another. */
export function rampColor(mode: string, fraction: number): string | undefined {
  const ramp = ramps[mode];
  if (!ramp) return undefined;
  const at = Math.min(1, Math.max(0, fraction)) * (ramp.length - 1);
  const i = Math.min(ramp.length - 2, Math.floor(at));
  return `color-mix(in oklab, ${color(ramp[i])}, ${color(ramp[i + 1])} ${Math.round((at - i) * 100)}%)`;
}

/** The colour of the i-th series, or of its name. */
export function paletteColor(index: number, mode: string | undefined, name: string): string {
  if (mode !== "palette-classic-by-name") return seriesColor(index);
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
  return seriesColor(hash % 12);
}
