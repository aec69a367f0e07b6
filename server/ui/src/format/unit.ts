/** Values in Grafana's units. */
import { humanSeconds } from "./duration.ts";
import { trim } from "./number.ts";

export type Format = (value: number, decimals?: number) => string;

/** Scales by powers of a base: bytes, bits, plain counts. */
function scaled(base: number, units: readonly string[], suffix = "", from = 0): Format {
  return (value, decimals) => {
    let v = value;
    let i = from;
    while (Math.abs(v) >= base && i < units.length - 1) {
      v /= base;
      i++;
    }
    while (Math.abs(v) > 0 && Math.abs(v) < 1 && i > 0 && i > from - 3 && from > 0) {
      v *= base;
      i--;
    }
    const unit = `${units[i] ?? ""}${suffix}`;
    return `${number(v, decimals)}${unit === "" ? "" : unit.startsWith("/") || unit === "K" ? unit : ` ${unit}`}`;
  };
}

/** As many decimals as three figures need, unless told. */
function number(v: number, decimals: number | undefined): string {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "NaN" : v > 0 ? "+Inf" : "−Inf";
  if (decimals !== undefined) return v.toFixed(Math.min(20, Math.max(0, decimals)));
  const abs = Math.abs(v);
  if (abs !== 0 && abs < 1e-5) return v.toExponential(2);
  if (abs !== 0 && abs < 0.01) return String(Number(v.toPrecision(2)));
  return trim(v, abs >= 100 ? 0 : abs >= 10 ? 1 : abs >= 1 ? 2 : 3);
}

function suffixed(suffix: string, factor = 1): Format {
  return (v, decimals) => `${number(v * factor, decimals)}${suffix}`;
}

/** A time span given in a unit of so many seconds. */
function span(unitSeconds: number): Format {
  return (v, decimals) => {
    const s = v * unitSeconds;
    const abs = Math.abs(s);
    if (abs === 0) return "0 s";
    if (decimals === undefined && abs >= 60) return humanSeconds(s);
    const [size, unit] = abs < 1e-6 ? [1e-9, "ns"] : abs < 1e-3 ? [1e-6, "µs"] : abs < 1 ? [1e-3, "ms"] : abs < 60 ? [1, "s"] : abs < 3600 ? [60, "min"] : abs < 86400 ? [3600, "h"] : [86400, "d"];
    return `${number(s / size, decimals)} ${unit}`;
  };
}

const iec = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const si = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const iecBits = ["b", "Kib", "Mib", "Gib", "Tib", "Pib"];
const siBits = ["b", "kb", "Mb", "Gb", "Tb", "Pb"];
const short = ["", "K", "Mil", "Bil", "Tri"];
const counts = ["", "K", "M", "B", "T"];

const rate = (what: string): Format => {
  const count = scaled(1000, counts);
  return (v, decimals) => `${count(v, decimals).replace(/ ([KMBT])$/, "$1")} ${what}`;
};

const date: Format = (v) => (v > 0 ? new Date(v).toISOString().slice(0, 19).replace("T", " ") : "–");

const plain: Format = (v, d) => number(v, d);

const formats: Record<string, Format> = {
  none: plain,
  string: plain,
  short: scaled(1000, short),
  sishort: scaled(1000, ["", "k", "M", "G", "T"]),
  locale: (v, d) => new Intl.NumberFormat("en", { maximumFractionDigits: d ?? 2 }).format(v),
  percent: suffixed("%"),
  percentunit: suffixed("%", 100),
  bool: (v) => (v === 0 ? "False" : "True"),
  bool_yes_no: (v) => (v === 0 ? "No" : "Yes"),
  bool_on_off: (v) => (v === 0 ? "Off" : "On"),
  sci: (v, d) => v.toExponential(d ?? 2),
  bytes: scaled(1024, iec), decbytes: scaled(1000, si), bits: scaled(1024, iecBits), decbits: scaled(1000, siBits),
  kbytes: scaled(1024, iec, "", 1), deckbytes: scaled(1000, si, "", 1), mbytes: scaled(1024, iec, "", 2), decmbytes: scaled(1000, si, "", 2), gbytes: scaled(1024, iec, "", 3), decgbytes: scaled(1000, si, "", 3),
  binBps: scaled(1024, iec, "/s"), Bps: scaled(1000, si, "/s"), binbps: scaled(1024, iecBits, "/s"), bps: scaled(1000, siBits, "/s"),
  KiBs: scaled(1024, iec, "/s", 1), MiBs: scaled(1024, iec, "/s", 2), KBs: scaled(1000, si, "/s", 1), MBs: scaled(1000, si, "/s", 2),
  s: span(1), ms: span(1e-3), µs: span(1e-6), us: span(1e-6), ns: span(1e-9), m: span(60), h: span(3600), d: span(86400),
  dtdurations: span(1), dtdurationms: span(1e-3), clocks: span(1), clockms: span(1e-3),
  dateTimeAsIso: date, dateTimeAsUS: date, dateTimeAsLocal: date, dateTimeFromNow: (v) => (v > 0 ? `${humanSeconds(Math.floor((Date.now() - v) / 1000))} ago` : "–"),
  hertz: scaled(1000, ["Hz", "kHz", "MHz", "GHz"]),
  celsius: suffixed(" °C"), fahrenheit: suffixed(" °F"), kelvin: suffixed(" K"),
  watt: scaled(1000, ["W", "kW", "MW", "GW"]), volt: scaled(1000, ["V", "kV"]), amp: suffixed(" A"), joule: scaled(1000, ["J", "kJ", "MJ"]),
  rotrpm: suffixed(" rpm"), humidity: suffixed(" %H"), dB: suffixed(" dB"), pressurehpa: suffixed(" hPa"),
  cps: rate("c/s"), ops: rate("ops/s"), reqps: rate("req/s"), rps: rate("rd/s"), wps: rate("wr/s"), iops: rate("io/s"), eps: rate("evt/s"), mps: rate("msg/s"),
  cpm: rate("c/m"), opm: rate("ops/m"), reqpm: rate("req/m"), rpm: rate("rd/m"), wpm: rate("wr/m"), pps: rate("p/s"),
};

/** Whether a unit is scaled by 1024. */
export function isBinary(unit: string | undefined): boolean {
  return unit === "bytes" || unit === "binBps" || unit === "bits" || unit === "binbps";
}

/** The format of a unit. A unit that is not known stands behind the number as it is. */
export function unitFormat(unit: string | undefined): Format {
  if (!unit) return plain;
  const known = formats[unit];
  if (known) return known;
  const [, kind, text = ""] = /^(suffix|prefix|time|si|count|currency):?(.*)$/.exec(unit) ?? [];
  switch (kind) {
    case "suffix":
      return (v, d) => `${number(v, d)} ${text.trim()}`;
    case "prefix":
      return (v, d) => `${text}${number(v, d)}`;
    case "time":
      return date;
    case "si":
      return scaled(1000, ["", "k", "M", "G", "T"], text);
    case "count":
      return rate(text);
    case "currency":
      return (v, d) => `${text.replace(/^:/, "")} ${number(v, d)}`;
    default:
      return (v, d) => `${number(v, d)} ${unit}`;
  }
}
