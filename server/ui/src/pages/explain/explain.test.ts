import { expect, test } from "vitest";
import { explainPath } from "./path.ts";
import { changes, examined, ruleText } from "./relabel.ts";

test.each([
  [{ action: "keep", source_labels: ["a", "b"], separator: ";", regex: "x;y" }, "keep only if a;b matches x;y"],
  [{ action: "drop", source_labels: ["a"], regex: "x" }, "drop if a matches x"],
  [{ action: "replace", source_labels: ["a"], target_label: "b", regex: "(.*)", replacement: "$1" }, "set b to a"],
  [{ action: "replace", source_labels: ["a"], target_label: "b", regex: "(\\d+)", replacement: "n$1" }, "set b to n$1 where a matches (\\d+)"],
  [{ action: "labelmap", regex: "__meta_(.+)", replacement: "$1" }, "copy labels that match __meta_(.+) to $1"],
  [{ action: "labeldrop", regex: "x" }, "remove labels that match x"],
  [{ action: "hashmod", source_labels: ["a"], target_label: "t", modulus: 4 }, "set t to the hash of a modulo 4"],
])("%j reads %j", (rule, text) => expect(ruleText(rule)).toBe(text));

test("a step tells what it changed and what it looked at", () => {
  expect(changes({ a: "1", b: "2" }, { a: "1", c: "3" })).toEqual([
    { name: "b", before: "2", after: undefined },
    { name: "c", before: undefined, after: "3" },
  ]);
  expect(examined({ source_labels: ["a", "none"], separator: "/" }, { a: "1" })).toBe("1/");
});

test.each([
  [{ __meta_kubernetes_namespace: "shop", __meta_kubernetes_pod_name: "api-0", __address__: "x" }, "pod%2Fshop%2Fapi-0"],
  [{ __meta_kubernetes_namespace: "shop", __meta_kubernetes_endpointslice_address_target_kind: "Pod", __meta_kubernetes_endpointslice_address_target_name: "api-0" }, "pod%2Fshop%2Fapi-0"],
  [{ __meta_kubernetes_node_name: "n1", __address__: "x" }, "node%2Fn1"],
  [{ __address__: "10.0.0.1:80" }, "10.0.0.1%3A80"],
])("%j is explained at %s", (labels, target) => expect(explainPath(labels)).toBe(`/explain?target=${target}`));
