/** Numbers for reading. The exact value belongs in a title or a table. */

/** 1234567 as "1.23M". */
export function compact(n: number, decimals = 2): string {
  if (!Number.isFinite(n)) return special(n);
  const abs = Math.abs(n);
  for (const [limit, suffix] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (abs >= limit) return trim(n / limit, decimals) + suffix;
  }
  if (abs !== 0 && abs < 0.001) return n.toExponential(decimals);
  return trim(n, abs < 1 ? decimals + 1 : decimals);
}

/** 1234567 as "1,234,567". */
export function grouped(n: number): string {
  return Number.isFinite(n) ? new Intl.NumberFormat("en").format(n) : special(n);
}

/** Bytes with binary prefixes: "1.5 GiB". */
export function bytes(n: number, decimals = 1): string {
  if (!Number.isFinite(n)) return special(n);
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = n;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  // Four digits say enough of a size.
  return `${trim(value, unit === 0 || Math.abs(value) >= 100 ? 0 : decimals)} ${units[unit]}`;
}

/** 0.1234 as "12.3%". */
export function percent(fraction: number, decimals = 1): string {
  return Number.isFinite(fraction) ? `${trim(fraction * 100, decimals)}%` : "–";
}

/** "1 target", "3 targets". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** A number with at most so many decimals and no trailing zeros. */
export function trim(n: number, decimals: number): string {
  const text = n.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function special(n: number): string {
  return Number.isNaN(n) ? "NaN" : n > 0 ? "+Inf" : "−Inf";
}
