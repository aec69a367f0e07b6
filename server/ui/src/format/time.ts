/** Points in time, in the zone the reader chose. */

export type Zone = "local" | "utc";

const options: Intl.DateTimeFormatOptions = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
};

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

const formats: Record<Zone, Intl.DateTimeFormat> = {
  local: new Intl.DateTimeFormat("en", options),
  utc: new Intl.DateTimeFormat("en", { ...options, timeZone: "UTC" }),
};

function parts(ms: number, zone: Zone): Parts {
  const out: Partial<Record<string, string>> = {};
  for (const part of formats[zone].formatToParts(ms)) out[part.type] = part.value;
  return out as unknown as Parts;
}

/** "2026-11-20 10:39:23". */
export function formatTime(ms: number, zone: Zone): string {
  if (!Number.isFinite(ms)) return "–";
  const p = parts(ms, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** The form that <input type="datetime-local"> takes. */
export function toInput(ms: number, zone: Zone): string {
  return formatTime(ms, zone).replace(" ", "T");
}

/** Reads "2026-11-20 10:39:23" or with a T, in the zone; null if it is neither. */
export function parseTime(text: string, zone: Zone): number | null {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?$/.exec(text.trim());
  if (!match) return null;
  const ms = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ":00"}${zone === "utc" ? "Z" : ""}`);
  return Number.isNaN(ms) ? null : ms;
}

/** A tick label as short as the ticks' distance allows. */
export function tickTime(ms: number, stepMs: number, zone: Zone): string {
  const p = parts(ms, zone);
  if (stepMs >= 86400e3) return `${p.month}-${p.day}`;
  if (p.hour === "00" && p.minute === "00" && p.second === "00") return `${p.month}-${p.day}`;
  return stepMs >= 60e3 ? `${p.hour}:${p.minute}` : `${p.hour}:${p.minute}:${p.second}`;
}
