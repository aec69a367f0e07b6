import { expect, test } from "vitest";
import { intervals } from "./interval.ts";
import { parsePoint, parseRange } from "./range.ts";

const now = Date.UTC(2026, 10, 20, 12, 30, 15);

test.each([
  ["now", false, now],
  ["now-1h", false, now - 3600e3],
  ["now-1d+6h", false, now - 18 * 3600e3],
  ["now/d", false, Date.UTC(2026, 10, 20)],
  ["now/d", true, Date.UTC(2026, 10, 21) - 1],
  ["now/w", false, Date.UTC(2026, 10, 16)],
  ["now-1M/M", false, Date.UTC(2026, 9, 1)],
  ["now/y", false, Date.UTC(2026, 0, 1)],
  ["1700000000000", false, 1700000000000],
  ["2026-11-20 10:00:00", false, Date.UTC(2026, 10, 20, 10)],
  ["2026-11-20T10:00:00.000Z", false, Date.UTC(2026, 10, 20, 10)],
  ["then", false, null],
])("%s, end %j", (text, end, want) => expect(parsePoint(text, now, end, "utc")).toBe(want));

test("what is no range is the last hour", () => {
  expect(parseRange("now", "now-1h", now, "utc")).toEqual({ from: now - 3600e3, to: now });
  expect(parseRange("x", "now", now, "utc")).toEqual({ from: now - 3600e3, to: now });
});

test("points are as far apart as the panel is wide, never closer than scrapes", () => {
  const hour = { from: 0, to: 3600e3 };
  expect(intervals(hour, 600, "", 15_000).step).toBe(15);
  expect(intervals(hour, 60, "", 15_000).step).toBe(60);
  expect(intervals(hour, 600, "2m", 15_000).step).toBe(120);
  expect(intervals({ from: 0, to: 30 * 86400e3 }, 500, "", 15_000).step).toBe(7200);
  expect(intervals(hour, 600, "", 15_000).variables).toMatchObject({ __interval: "15s", __rate_interval: "1m", __range: "1h", __range_s: "3600" });
});
