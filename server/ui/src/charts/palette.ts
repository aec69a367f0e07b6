/** Colours that stay apart from each other on light and on dark ground. */
const colors = [
  "#3f83f0", "#ef8f35", "#25a876", "#c659b0", "#8a74ea", "#c9a10a",
  "#17a5b8", "#e2605f", "#7c9f3d", "#a9764d", "#6283b5", "#d8558f",
];

/** The colour of the i-th series. */
export function seriesColor(i: number): string {
  const color = colors[i];
  if (color) return color;
  // The golden angle keeps neighbours apart, however many there are.
  return `hsl(${Math.round((i * 137.508) % 360)} 52% ${48 + ((i >> 2) % 3) * 7}%)`;
}

/** The colour as if with an alpha on the ground, but opaque: what lies below does not shine through. */
export function mixed(color: string, alpha: number, ground: string): string {
  return `color-mix(in srgb, ${color} ${Math.round(alpha * 100)}%, ${ground})`;
}

/** The colour with an alpha, for areas under lines. */
export function faded(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${Math.round(alpha * 100)}%, transparent)`;
}
