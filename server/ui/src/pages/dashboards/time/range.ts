/** Grafana's time ranges: "now-6h" to "now", "now/d", or milliseconds. */
import { parseTime, type Zone } from "../../../format/time.ts";

export interface TimeRange {
  /** Milliseconds. */
  from: number;
  to: number;
}

const unitMs: Record<string, number> = { s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3, M: 30 * 86400e3, y: 365 * 86400e3 };

/** Reads one end of a range; null if it is none. */
export function parsePoint(text: string, now: number, end: boolean, zone: Zone): number | null {
  if (/^\d{10,}$/.test(text)) return Number(text);
  const match = /^now((?:[-+]\d+[smhdwMy])*)(?:\/([smhdwMy]))?$/.exec(text.trim());
  if (!match) return parseTime(text, zone) ?? parseISO(text);
  let at = now;
  for (const [, sign, count, unit] of (match[1] ?? "").matchAll(/([-+])(\d+)([smhdwMy])/g)) {
    at += (sign === "-" ? -1 : 1) * Number(count) * (unitMs[unit ?? ""] ?? 0);
  }
  return match[2] ? roundTo(at, match[2], end, zone) : at;
}

function parseISO(text: string): number | null {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** The begin of the unit, or its end. */
function roundTo(at: number, unit: string, end: boolean, zone: Zone): number {
  const d = new Date(at);
  const offset = zone === "utc" ? 0 : d.getTimezoneOffset() * 60e3;
  const local = new Date(at - offset);
  const y = local.getUTCFullYear();
  const m = local.getUTCMonth();
  if (unit === "y") return Date.UTC(end ? y + 1 : y, 0) + offset - Number(end);
  if (unit === "M") return Date.UTC(y, end ? m + 1 : m) + offset - Number(end);
  const size = unitMs[unit] ?? 1;
  // Weeks begin on Monday; day 0 of Unix time was a Thursday.
  const shift = unit === "w" ? 3 * 86400e3 : 0;
  const begin = Math.floor((local.getTime() + shift) / size) * size - shift;
  return (end ? begin + size - 1 : begin) + offset;
}

/** Reads both ends; the last hour if they make no range. */
export function parseRange(from: string, to: string, now: number, zone: Zone): TimeRange {
  const begin = parsePoint(from, now, false, zone);
  const end = parsePoint(to, now, true, zone);
  return begin !== null && end !== null && begin < end ? { from: begin, to: end } : { from: now - 3600e3, to: now };
}
