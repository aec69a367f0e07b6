import { expect, test } from "vitest";
import { ago, formatDuration, humanSeconds, parseDuration } from "./duration.ts";

test.each([
  ["5m", 300e3],
  ["1h30m", 5400e3],
  ["100ms", 100],
  ["1d", 86400e3],
  [" 2w ", 14 * 86400e3],
  ["", null],
  ["5", null],
  ["0s", null],
  ["1h 30m", null],
  ["-5m", null],
])("parseDuration(%j) is %j", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  [300e3, "5m"],
  [5400e3, "1h30m"],
  [1500, "1s500ms"],
  [0, "0s"],
  [90000e3, "1d1h"],
])("formatDuration(%j) is %j", (ms, text) => expect(formatDuration(ms)).toBe(text));

test.each([
  [0, "0 s"],
  [0.0000004, "400 ns"],
  [0.00042, "420 µs"],
  [0.0042, "4.2 ms"],
  [1.5, "1.5 s"],
  [200, "3m 20s"],
  [3600, "1h"],
  [187200, "2d 4h"],
  [-90, "−1m 30s"],
  [NaN, "–"],
])("humanSeconds(%j) is %j", (seconds, text) => expect(humanSeconds(seconds)).toBe(text));

test("ago says never for Go's zero time and for nothing", () => {
  expect(ago("0001-01-01T00:00:00Z", Date.now())).toBe("never");
  expect(ago(undefined, 0)).toBe("never");
  expect(ago(1000, 1500)).toBe("just now");
  expect(ago("1970-01-01T00:00:10Z", 75_000)).toBe("1m 5s ago");
});
