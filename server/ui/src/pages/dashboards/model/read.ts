/** Reads Grafana's dashboard JSON. It never fails: what it does not understand it leaves out and says so. */
import { readFieldConfig, readLinks, readOverride } from "./fieldConfig.ts";
import { flag, list, num, object, text, type Json } from "./json.ts";
import type { Dashboard, DashboardLink, Panel, Section, Target, Variable } from "./types.ts";

export function readDashboard(raw: unknown): Dashboard {
  const d = object(raw);
  const omitted: string[] = [];
  if ("elements" in d || "layout" in d) omitted.push("This dashboard is in the schema of version 2, which is not understood here.");
  const annotations = list(object(d["annotations"])["list"]).map(object).filter((a) => !flag(a["builtIn"]) && num(a["builtIn"]) !== 1);
  if (annotations.length > 0) omitted.push("Annotations are not shown.");
  const variables = list(object(d["templating"])["list"]).map((v) => readVariable(object(v)));
  for (const v of variables) if (v.type === "unsupported") omitted.push(`The variable ${v.name} has a type that is not offered here.`);
  return {
    uid: text(d["uid"]),
    title: text(d["title"], "Dashboard"),
    description: text(d["description"]),
    tags: list(d["tags"]).map((t) => text(t)),
    links: list(d["links"]).map((l) => readDashboardLink(object(l))),
    variables: variables.filter((v) => v.type !== "unsupported"),
    sections: readSections(list(d["panels"]).map(object)),
    time: { from: text(object(d["time"])["from"], "now-1h"), to: text(object(d["time"])["to"], "now") },
    refresh: text(d["refresh"]),
    omitted,
  };
}

/** A collapsed row holds its panels; those of an open row follow it. */
function readSections(panels: Json[]): Section[] {
  const sections: Section[] = [{ row: null, panels: [] }];
  for (const raw of [...panels].sort(byPosition)) {
    if (text(raw["type"]) !== "row") {
      sections.at(-1)?.panels.push(readPanel(raw));
      continue;
    }
    sections.push({
      row: { title: text(raw["title"]), collapsed: flag(raw["collapsed"]), repeat: text(raw["repeat"]) },
      panels: list(raw["panels"]).map(object).sort(byPosition).map(readPanel),
    });
  }
  return sections.filter((s) => s.row !== null || s.panels.length > 0);
}

function byPosition(a: Json, b: Json): number {
  const [p, q] = [object(a["gridPos"]), object(b["gridPos"])];
  return (num(p["y"]) ?? 0) - (num(q["y"]) ?? 0) || (num(p["x"]) ?? 0) - (num(q["x"]) ?? 0);
}

function readPanel(raw: Json): Panel {
  const pos = object(raw["gridPos"]);
  const fieldConfig = object(raw["fieldConfig"]);
  const repeat = text(raw["repeat"]);
  const source = object(raw["datasource"]);
  return {
    id: num(raw["id"]) ?? 0,
    type: text(raw["type"]),
    title: text(raw["title"]),
    description: text(raw["description"]),
    transparent: flag(raw["transparent"]),
    pos: { x: num(pos["x"]) ?? 0, y: num(pos["y"]) ?? 0, w: Math.min(24, num(pos["w"]) ?? 12), h: num(pos["h"]) ?? 8 },
    targets: list(raw["targets"]).map(object).filter((t) => !flag(t["hide"])).map((t) => readTarget(t, source)),
    options: object(raw["options"]),
    defaults: readFieldConfig(object(fieldConfig["defaults"])),
    overrides: list(fieldConfig["overrides"]).map((o) => readOverride(object(o))),
    transformations: list(raw["transformations"]).map(object).filter((t) => !flag(t["disabled"])).map((t) => ({ id: text(t["id"]), options: object(t["options"]) })),
    links: readLinks(raw["links"]),
    repeat: repeat === "" ? null : { variable: repeat, vertical: text(raw["repeatDirection"]) === "v", perRow: num(raw["maxPerRow"]) ?? 4 },
    maxPoints: num(raw["maxDataPoints"]),
    interval: text(raw["interval"]),
    timeFrom: text(raw["timeFrom"]),
    timeShift: text(raw["timeShift"]),
  };
}

function readTarget(raw: Json, panelSource: Json): Target {
  const source = "datasource" in raw ? object(raw["datasource"]) : panelSource;
  const type = text(source["type"], "prometheus");
  const format = text(raw["format"]);
  return {
    refId: text(raw["refId"], "A"),
    expr: text(raw["expr"]),
    legend: text(raw["legendFormat"]),
    instant: flag(raw["instant"]) && !flag(raw["range"]),
    format: format === "table" || format === "heatmap" ? format : "time_series",
    interval: text(raw["interval"]),
    unsupported:
      type === "__expr__" || text(source["uid"]) === "__expr__"
        ? "An expression over other queries, which only Grafana computes."
        : type !== "prometheus" && type !== "datasource" && type !== ""
          ? `It asks a data source of type ${type}.`
          : "",
  };
}

function readDashboardLink(raw: Json): DashboardLink {
  return {
    title: text(raw["title"]),
    url: text(raw["url"]),
    newTab: flag(raw["targetBlank"]),
    tags: text(raw["type"]) === "dashboards" ? list(raw["tags"]).map((t) => text(t)) : null,
    keepTime: flag(raw["keepTime"]),
    includeVars: flag(raw["includeVars"]),
  };
}

const variableTypes = new Set(["query", "custom", "constant", "interval", "textbox", "datasource"]);

function readVariable(raw: Json): Variable {
  const type = text(raw["type"]);
  const query = raw["query"];
  const current = object(raw["current"])["value"];
  return {
    name: text(raw["name"]),
    label: text(raw["label"]) || text(raw["name"]),
    type: variableTypes.has(type) ? (type as Variable["type"]) : "unsupported",
    hidden: num(raw["hide"]) === 2 || text(raw["hide"]) === "hideVariable",
    query: typeof query === "string" ? query : text(object(query)["query"]),
    regex: text(raw["regex"]),
    sort: num(raw["sort"]) ?? 0,
    multi: flag(raw["multi"]),
    includeAll: flag(raw["includeAll"]),
    allValue: text(raw["allValue"]),
    current: (Array.isArray(current) ? current : [current]).map((v) => text(v)).filter((v) => v !== ""),
  };
}
