import { expect, test } from "vitest";
import type { Target } from "../../api/targets.ts";
import { fromTargets } from "./explanation.ts";
import { changes, examined, ruleText } from "./relabel.ts";
import { isAbout, parseSubject, subjectText, type Subject } from "./subject.ts";

test.each([
  ["pod/shop/api-0", { kind: "pod", namespace: "shop", name: "api-0" }],
  ["svc/shop/api", { kind: "service", namespace: "shop", name: "api" }],
  ["node/n1", { kind: "node", name: "n1" }],
  ["10.0.0.1:80", { kind: "address", address: "10.0.0.1:80" }],
  ["  ", null],
])("%j is about %j", (text, subject) => expect(parseSubject(text)).toEqual(subject));

test("a subject is written as it is read", () => {
  for (const text of ["pod/shop/api-0", "service/shop/api", "node/n1", "10.0.0.1"]) expect(subjectText(parseSubject(text) as Subject)).toBe(text);
});

test("a pod is found however it was discovered", () => {
  const pod = parseSubject("pod/shop/api-0") as Subject;
  const meta = (labels: Record<string, string>) => Object.fromEntries(Object.entries(labels).map(([k, v]) => [`__meta_kubernetes_${k}`, v]));
  expect(isAbout(pod, meta({ namespace: "shop", pod_name: "api-0" }))).toBe(true);
  expect(isAbout(pod, meta({ namespace: "shop", endpointslice_address_target_kind: "Pod", endpointslice_address_target_name: "api-0" }))).toBe(true);
  expect(isAbout(pod, meta({ namespace: "other", pod_name: "api-0" }))).toBe(false);
  expect(isAbout(parseSubject("10.0.0.1") as Subject, { __address__: "10.0.0.1:8080" })).toBe(true);
});

test("the targets tell which jobs scrape and which drop, and whether any may be forgotten", () => {
  const labels = { __address__: "10.0.0.1:80" };
  const active = { scrapePool: "a", scrapeUrl: "http://10.0.0.1:80/metrics", labels: { job: "a" }, discoveredLabels: labels, health: "up", lastError: "" } as unknown as Target;
  const got = fromTargets(parseSubject("10.0.0.1") as Subject, "10.0.0.1", {
    activeTargets: [active],
    droppedTargets: [{ scrapePool: "b", discoveredLabels: labels }, { scrapePool: "b", discoveredLabels: { __address__: "x" } }],
    droppedTargetCounts: { b: 3 },
  });
  expect(got.jobs.map((j) => [j.scrapePool, j.outcome])).toEqual([["a", "scraped"], ["b", "dropped"]]);
  expect(got.complete).toBe(false);
});

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
