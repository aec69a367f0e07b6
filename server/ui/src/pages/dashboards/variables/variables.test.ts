import { expect, test } from "vitest";
import { stubAPI } from "../../../testing/page.tsx";
import { readDashboard } from "../model/read.ts";
import { all, interpolate, type Chosen } from "./interpolate.ts";
import { applyRegex, resolveVariables } from "./resolve.ts";

function chosen(name: string, selected: string[], more: Partial<Chosen> = {}): Chosen {
  return { name, label: name, options: ["a.b", "c"], selected, multi: false, includeAll: false, allValue: "", hidden: false, type: "query", ...more };
}

function env(...list: Chosen[]) {
  return { chosen: Object.fromEntries(list.map((c) => [c.name, c])), scope: {}, builtin: { __rate_interval: "1m" } };
}

test.each([
  ['up{a="$x"}', chosen("x", ["a.b"]), 'up{a="a.b"}'],
  ['up{a=~"$x"}', chosen("x", ["a.b"], { multi: true }), 'up{a=~"a\\\\.b"}'],
  ['up{a=~"${x}"}', chosen("x", ["a.b", "c"], { multi: true }), 'up{a=~"(a\\\\.b|c)"}'],
  ['up{a=~"[[x]]"}', chosen("x", [all], { multi: true, includeAll: true }), 'up{a=~"(a\\\\.b|c)"}'],
  ['up{a=~"$x"}', chosen("x", [all], { includeAll: true, allValue: ".+" }), 'up{a=~".+"}'],
  ['up{a="${x:raw}"}', chosen("x", ["a.b", "c"], { multi: true }), 'up{a="a.b,c"}'],
  ['up{a=~"${x:pipe}"}', chosen("x", ["a.b", "c"], { multi: true }), 'up{a=~"a.b|c"}'],
  ['up{a="$x"}', chosen("x", ['say "hi"']), 'up{a="say \\"hi\\""}'],
  ["rate(a[$__rate_interval])", chosen("x", []), "rate(a[1m])"],
  ["$unknown ${unknown} $x", chosen("x", ["c"]), "$unknown ${unknown} c"],
])("%s", (text, variable, want) => expect(interpolate(text, env(variable), "promql")).toBe(want));

test("titles and links have forms of their own", () => {
  const many = chosen("x", ["a.b", "c d"], { multi: true });
  expect(interpolate("$x", env(many), "text")).toBe("a.b + c d");
  expect(interpolate("$x", env(chosen("x", [all], { includeAll: true })), "text")).toBe("All");
  expect(interpolate("/d/u?var-x=$x", env(many), "url")).toBe("/d/u?var-x=a.b,c%20d");
});

test("a scope goes before what is selected", () => {
  expect(interpolate("$x", { ...env(chosen("x", [all], { includeAll: true })), scope: { x: ["c"] } }, "text")).toBe("c");
});

test("a pattern filters and extracts, and a bad one does neither", () => {
  const values = ["up{a=\"1\"} 1 2", "up{a=\"2\"} 1 2", "down 1 2"];
  expect(applyRegex(values, '/up.*a="(.*?)"/')).toEqual(["1", "2"]);
  expect(applyRegex(values, "/(?<text>\\w+) (?<value>\\d)/")).toEqual(["2", "1"]);
  expect(applyRegex(["a", "a"], "")).toEqual(["a"]);
  expect(applyRegex(["a"], "/(/")).toEqual(["a"]);
});

test("variables are filled in their order from the API", async () => {
  const asked: string[] = [];
  stubAPI({
    "label/namespace/values": ["shop", "default"],
    "label/pod/values": (p: URLSearchParams) => {
      asked.push(p.get("match[]") ?? "");
      return ["b10", "b9", "a1"];
    },
    query: () => ({ resultType: "vector", result: [{ metric: { __name__: "up", a: "x" }, value: [1, "1"] }] }),
  });
  const { variables } = readDashboard({
    templating: {
      list: [
        { name: "source", type: "datasource", query: "prometheus" },
        { name: "namespace", type: "query", query: { query: "label_values(namespace)" }, sort: 1, current: { value: "shop" } },
        { name: "pod", type: "query", query: 'label_values(up{namespace="$namespace"}, pod)', sort: 7, multi: true, includeAll: true },
        { name: "x", type: "query", query: "query_result(up)", regex: '/a="(.*)"/' },
        { name: "step", type: "interval", query: "1m,5m" },
        { name: "text", type: "textbox", query: "free" },
        { name: "pairs", type: "custom", query: "One : 1,Two : 2" },
      ],
    },
  });
  const got = await resolveVariables(variables, { step: ["5m"], pod: ["a1", "gone"] }, { from: 0, to: 1 }, {});
  expect(asked).toEqual(['up{namespace="shop"}']);
  expect(got.map((c) => [c.name, c.options, c.selected])).toEqual([
    ["source", ["this server"], ["this server"]],
    ["namespace", ["default", "shop"], ["shop"]],
    ["pod", ["a1", "b9", "b10"], ["a1"]],
    ["x", ["x"], ["x"]],
    ["step", ["1m", "5m"], ["5m"]],
    ["text", [], ["free"]],
    ["pairs", ["1", "2"], ["1"]],
  ]);
});
