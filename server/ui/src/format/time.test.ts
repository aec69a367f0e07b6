import { expect, test } from "vitest";
import { formatTime, parseTime, tickTime, toInput } from "./time.ts";

const noon = Date.UTC(2026, 10, 20, 12, 0, 5);

test("times are written and read in the zone", () => {
  expect(formatTime(noon, "utc")).toBe("2026-11-20 12:00:05");
  expect(parseTime("2026-11-20 12:00:05", "utc")).toBe(noon);
  expect(parseTime(toInput(noon, "local"), "local")).toBe(noon);
  expect(parseTime("2026-11-20T12:00", "utc")).toBe(noon - 5000);
  expect(parseTime("yesterday", "utc")).toBeNull();
  expect(formatTime(NaN, "utc")).toBe("–");
});

test("ticks are as short as their distance allows", () => {
  expect(tickTime(noon, 86400e3, "utc")).toBe("11-20");
  expect(tickTime(noon, 900e3, "utc")).toBe("12:00");
  expect(tickTime(noon, 5e3, "utc")).toBe("12:00:05");
  expect(tickTime(Date.UTC(2026, 10, 21), 3600e3, "utc")).toBe("11-21");
});
