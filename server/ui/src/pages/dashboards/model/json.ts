/** Reads JSON that strangers wrote: whatever is missing or of another type gives the empty value. */

export type Json = Record<string, unknown>;

export function object(v: unknown): Json {
  return typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Json) : {};
}

export function list(v: unknown): unknown[] {
  return Array.isArray(v) ? v : [];
}

export function text(v: unknown, otherwise = ""): string {
  return typeof v === "string" ? v : typeof v === "number" ? String(v) : otherwise;
}

export function num(v: unknown): number | undefined {
  if (typeof v === "number" && Number.isFinite(v)) return v;
  if (typeof v === "string" && v.trim() !== "" && Number.isFinite(Number(v))) return Number(v);
  return undefined;
}

export function flag(v: unknown, otherwise = false): boolean {
  return typeof v === "boolean" ? v : otherwise;
}
