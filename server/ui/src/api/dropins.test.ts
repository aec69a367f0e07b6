import { expect, test } from "vitest";
import { poolJob, readDropIns, refString, type DropIn } from "./dropins.ts";

const ref = (key: string) => ({ namespace: "shop", name: "api", key });

test("what is in use and what the sidecar knows become one list", () => {
  const rejected: DropIn = { ref: ref("bad.yaml"), kind: "rules", state: "rejected", problems: [] };
  const got = readDropIns({
    digest: "abc",
    items: [
      { ref: ref("a.yaml"), kind: "scrape", version: "7", cost: { series: 12 } },
      { ref: ref("b.yaml"), kind: "rules", stale: true },
    ],
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

test("a job is named as its author named it", () => {
  expect(poolJob("shop/api/a.yaml/my/job", ref("a.yaml"))).toBe("my/job");
  expect(poolJob("my/job/of/mine", undefined)).toBe("my/job/of/mine");
});
