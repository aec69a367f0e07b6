/** Durations as Prometheus writes them, and as people read them. */

const unitMs: Record<string, number> = {
  y: 365 * 24 * 3600e3,
  w: 7 * 24 * 3600e3,
  d: 24 * 3600e3,
  h: 3600e3,
  m: 60e3,
  s: 1e3,
  ms: 1,
};

/** Reads "1h30m" into milliseconds; null if it is no Prometheus duration. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (!/^(\d+(ms|[ywdhms]))+$/.test(trimmed)) return null;
  let total = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)(ms|[ywdhms])/g)) total += Number(count) * (unitMs[unit ?? ""] ?? 0);
  return total > 0 ? total : null;
}

/** Writes milliseconds in Prometheus' form: "1h30m". */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  if (rest === 0) return "0s";
  let out = "";
  for (const unit of ["d", "h", "m", "s", "ms"]) {
    const size = unitMs[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) out += `${count}${unit}`;
    rest -= count * size;
  }
  return out;
}

/** Writes a span of seconds for reading: "4.2 ms", "1.5 s", "3m 20s", "2d 4h". */
export function humanSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const abs = Math.abs(seconds);
  const sign = seconds < 0 ? "−" : "";
  if (abs === 0) return "0 s";
  if (abs < 1e-6) return `${sign}${digits(abs * 1e9)} ns`;
  if (abs < 1e-3) return `${sign}${digits(abs * 1e6)} µs`;
  if (abs < 1) return `${sign}${digits(abs * 1e3)} ms`;
  if (abs < 60) return `${sign}${digits(abs)} s`;
  const parts: [string, number][] = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  const first = parts.findIndex(([, size]) => abs >= size);
  const [bigUnit, big] = parts[first] ?? ["s", 1];
  const [smallUnit, small] = parts[first + 1] ?? ["s", 1];
  const whole = Math.floor(abs / big);
  const rest = Math.floor((abs - whole * big) / small);
  return sign + `${whole}${bigUnit}` + (rest > 0 ? ` ${rest}${smallUnit}` : "");
}

function digits(n: number): string {
  return n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1).replace(/\.0$/, "") : n.toFixed(2).replace(/\.?0+$/, "");
}

/** Says how long ago something was; Go's zero time means never. */
export function ago(then: string | number | undefined, now: number): string {
  if (then === undefined || then === "") return "never";
  const ms = typeof then === "number" ? then : Date.parse(then);
  if (!Number.isFinite(ms) || ms < 0) return "never";
  const seconds = (now - ms) / 1000;
  if (seconds < 1) return "just now";
  return `${humanSeconds(Math.floor(seconds))} ago`;
}
