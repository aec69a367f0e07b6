/** Colours for "how many", from few to most, in steps that look equal. */
const stops = {
  light: [[232, 240, 252], [150, 190, 240], [66, 125, 214], [38, 70, 160], [30, 30, 92]],
  dark: [[24, 34, 54], [33, 74, 126], [38, 132, 160], [122, 190, 140], [245, 226, 130]],
} as const;

const steps = 64;

function build(points: readonly (readonly [number, number, number])[]): string[] {
  return Array.from({ length: steps }, (_, i) => {
    const at = (i / (steps - 1)) * (points.length - 1);
    const k = Math.min(points.length - 2, Math.floor(at));
    const [a, b] = [points[k] ?? [0, 0, 0], points[k + 1] ?? [0, 0, 0]];
    return `rgb(${a.map((v, c) => Math.round(v + ((b[c] ?? v) - v) * (at - k))).join(" ")})`;
  });
}

const ramps = { light: build(stops.light), dark: build(stops.dark) };

/** The colour of a fraction between 0 and 1. */
export function rampColor(fraction: number, dark: boolean): string {
  const ramp = dark ? ramps.dark : ramps.light;
  return ramp[Math.round(Math.min(1, Math.max(0, fraction)) * (steps - 1))] ?? "transparent";
}
