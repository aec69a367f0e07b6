import { expect, test } from "vitest";
import { poolJob, readDropIns, refString, type DropIn } from "./dropins.ts";

const ref = (key: string) => ({ namespace: "shop", name: "api", key });

test("what is in use and what the sidecar knows become one list", () => {
  const rejected: DropIn = { ref: ref("bad.yaml"), kind: "rules", state: "rejected", problems: [] };
  const got = readDropIns({
    digest: "abc",
    items: [
      { ref: ref("a.yaml"), kind: "scrape", version: "7" },
      { ref: ref("b.yaml"), kind: "rules", stale: true },
    ],
    costs: [{ owner: "shop/api/a.yaml", targets: 2, series: 12, refused: 0, samplesPerSecond: 1 }],
    sidecar: { synced: false, error: "", dropIns: [rejected, { ref: ref("a.yaml"), kind: "scrape", state: "active", version: "7", running: "7" }] },
  });
  expect(got.synced).toBe(false);
  expect(got.error).toBeUndefined();
  expect(got.dropIns.map((d) => [refString(d.ref), d.state, d.cost?.series])).toEqual([
    ["shop/api/bad.yaml", "rejected", undefined],
    ["shop/api/a.yaml", "active", 12],
    ["shop/api/b.yaml", "stale", undefined],
  ]);
});

test("a server that fell back says so", () => {
  const got = readDropIns({ digest: "", items: [], fallback: { running: "the base configuration alone", reason: "torn" } });
  expect(got.error).toBe("The server runs the base configuration alone: torn");
});

test("a job is named as its author named it", () => {
  expect(poolJob("shop/api/a.yaml/my/job", ref("a.yaml"))).toBe("my/job");
  expect(poolJob("my/job/of/mine", undefined)).toBe("my/job/of/mine");
});
