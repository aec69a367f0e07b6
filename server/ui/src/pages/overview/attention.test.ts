import { expect, test } from "vitest";
import type { DropIn } from "../../api/dropins.ts";
import type { Alert, Rule, RuleGroup } from "../../api/rules.ts";
import type { RuntimeInfo } from "../../api/status.ts";
import { attention } from "./attention.ts";

const alert = (severity: string): Alert => ({ labels: { alertname: "A", severity }, annotations: {}, state: "firing", value: "1" });
const dropIn = (state: DropIn["state"]): DropIn => ({ ref: { namespace: "n", name: "m", key: state }, state });

test("nothing known and nothing wrong need nobody", () => {
  expect(attention({})).toEqual([]);
  expect(attention({ targets: { up: 3, down: 0 }, firing: [], groups: [], dropIns: { digest: "", synced: true, dropIns: [dropIn("active"), dropIn("pending")] }, memory: { used: 99, limit: 0 } })).toEqual([]);
});

test("the worst comes first, in words that are right for one and for many", () => {
  const group = { interval: 10, evaluationTime: 20, rules: [{ health: "err" } as Rule] } as unknown as RuleGroup;
  const got = attention({
    targets: { up: 1, down: 2 },
    firing: [alert("warning"), alert("critical")],
    groups: [group],
    dropIns: { digest: "", synced: true, error: "no disk", dropIns: [dropIn("stale"), dropIn("rejected"), dropIn("shadowed")] },
    runtime: { reloadConfigSuccess: false, corruptionCount: 1 } as RuntimeInfo,
    memory: { used: 95, limit: 100 },
  });
  expect(got.map((a) => `${a.tone}: ${a.text}`)).toEqual([
    "bad: The last reload failed: an older configuration is running",
    "bad: The write-ahead log was corrupt 1 time",
    "bad: The newest set of drop-ins is not in use: no disk",
    "bad: 1 critical alert fires",
    "bad: 2 targets are down",
    "bad: 2 drop-ins are refused",
    "bad: 1 rule cannot be evaluated",
    "warn: 1 other alert fires",
    "warn: 1 drop-in runs an older version, since the newest was refused",
    "warn: 1 rule group takes longer than its interval",
    "warn: Memory is at 95% of its limit",
  ]);
});
