/** Reads Grafana's fieldConfig. */
import { flag, list, num, object, text, type Json } from "./json.ts";
import type { FieldConfig, Link, Mapping, Override, Threshold } from "./types.ts";

export function readFieldConfig(raw: Json): FieldConfig {
  const config: FieldConfig = { custom: object(raw["custom"]) };
  for (const [id, value] of Object.entries(raw)) if (id !== "custom") Object.assign(config, property(id, value));
  return config;
}

/** What one property of a field's configuration changes; nothing if it is not understood. */
function property(id: string, value: unknown): Partial<FieldConfig> {
  const number = num(value);
  switch (id) {
    case "unit":
      return { unit: text(value) };
    case "decimals":
      return number === undefined ? {} : { decimals: number };
    case "min":
      return number === undefined ? {} : { min: number };
    case "max":
      return number === undefined ? {} : { max: number };
    case "displayName":
      return { displayName: text(value) };
    case "noValue":
      return { noValue: text(value) };
    case "color":
      return { colorMode: text(object(value)["mode"]), fixedColor: text(object(value)["fixedColor"]) };
    case "thresholds":
      return { thresholds: readThresholds(object(value)) };
    case "mappings":
      return { mappings: list(value).flatMap((m) => readMapping(object(m))) };
    case "links":
      return { links: readLinks(value) };
    default:
      return {};
  }
}

export function readOverride(raw: Json): Override {
  const matcher = object(raw["matcher"]);
  const config: Partial<FieldConfig> = {};
  const custom: Json = {};
  for (const p of list(raw["properties"]).map(object)) {
    const id = text(p["id"]);
    if (id.startsWith("custom.")) custom[id.slice("custom.".length)] = p["value"];
    else Object.assign(config, property(id, p["value"]));
  }
  if (Object.keys(custom).length > 0) config.custom = custom;
  return { matcher: { id: text(matcher["id"]), options: matcher["options"] }, config };
}

function readThresholds(raw: Json): { percent: boolean; steps: Threshold[] } {
  const steps = list(raw["steps"]).map(object);
  return {
    percent: text(raw["mode"]) === "percentage",
    steps: steps.map((s) => ({ from: num(s["value"]) ?? -Infinity, color: text(s["color"], "green") })).sort((a, b) => a.from - b.from),
  };
}

function readMapping(raw: Json): Mapping[] {
  const options = object(raw["options"]);
  const result = object(options["result"]);
  const outcome = { text: text(result["text"]), color: text(result["color"]) };
  switch (text(raw["type"])) {
    case "value":
      return Object.entries(options).map(([value, r]) => ({ type: "value", value, text: text(object(r)["text"]), color: text(object(r)["color"]) }));
    case "range":
      return [{ type: "range", from: num(options["from"]) ?? -Infinity, to: num(options["to"]) ?? Infinity, ...outcome }];
    case "regex":
      return [{ type: "regex", pattern: text(options["pattern"]), ...outcome }];
    case "special":
      return [{ type: "special", match: text(options["match"]), ...outcome }];
    default:
      return [];
  }
}

export function readLinks(raw: unknown): Link[] {
  return list(raw)
    .map(object)
    .map((l) => ({ title: text(l["title"]), url: text(l["url"]), newTab: flag(l["targetBlank"]) }))
    .filter((l) => l.url !== "");
}
