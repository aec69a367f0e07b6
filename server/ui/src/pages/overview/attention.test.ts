import { expect, test } from "vitest";
import type { DropIn } from "../../api/dropins.ts";
import type { Alert, Rule, RuleGroup } from "../../api/rules.ts";
import type { RuntimeInfo } from "../../api/status.ts";
import { attention } from "./attention.ts";

const alert = (severity: string): Alert => ({ labels: { alertname: "A", severity }, annotations: {}, state: "firing", value: "1" });
const dropIn = (state: DropIn["state"]): DropIn => ({ ref: { namespace: "n", name: "m", key: state }, state });

test("nothing known and nothing wrong need nobody", () => {
  expect(attention({})).toEqual([]);
  expect(attention({ targets: { up: 3, down: 0 }, firing: [], groups: [], dropIns: { digest: "", synced: true, costs: [], dropIns: [dropIn("active"), dropIn("pending")] }, memory: { used: 99, limit: 0 } })).toEqual([]);
});

test("the worst comes first, in words that are right for one and for many", () => {
  const cost = { owner: "n/m/k", targets: 1, series: 5, budget: 5, refused: 2, samplesPerSecond: 1 };
  const group = { interval: 10, evaluationTime: 20, rules: [{ health: "err" } as Rule] } as unknown as RuleGroup;
  const got = attention({
    targets: { up: 1, down: 2 },
    firing: [alert("warning"), alert("critical")],
    groups: [group],
    dropIns: { digest: "", synced: true, error: "no disk", costs: [cost], dropIns: [dropIn("stale"), dropIn("rejected"), dropIn("shadowed")] },
    runtime: { reloadConfigSuccess: false, corruptionCount: 1 } as RuntimeInfo,
    memory: { used: 95, limit: 100 },
    guards: { disk: { total: 100, available: 1, reserve: 5, paused: true, futile: true }, logTorn: true, quarantine: [{ block: "B", minTime: 0, maxTime: 1, reason: "torn", since: "" }], boot: { replaying: false, died: [{}], reason: "" } },
  });
  expect(got.map((a) => `${a.tone}: ${a.text}`)).toEqual([
    "bad: The last reload failed: an older configuration is running",
    "bad: The write-ahead log was corrupt 1 time",
    "bad: Nothing is ingested: the disk is down to its reserve, and deleting blocks would not help",
    "bad: Nothing is ingested until a restart: a write to the write-ahead log failed",
    "bad: 1 block could not be read and was set aside",
    "bad: The newest set of drop-ins is not in use: no disk",
    "bad: 1 critical alert fires",
    "bad: 2 targets are down",
    "bad: 2 drop-ins are refused",
    "bad: 1 drop-in is over its series budget",
    "bad: 1 rule cannot be evaluated",
    "warn: 1 other alert fires",
    "warn: 1 drop-in runs an older version, since the newest was refused",
    "warn: 1 rule group takes longer than its interval",
    "warn: Memory is at 95% of its limit",
    "warn: The start before this one died while it read the write-ahead log",
  ]);
});
