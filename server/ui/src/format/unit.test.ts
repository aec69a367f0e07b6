import { expect, test } from "vitest";
import { bytes, compact, count, percent } from "./number.ts";
import { unitFormat } from "./unit.ts";

test.each([
  [undefined, 1234.5, undefined, "1235"],
  ["short", 1234567, undefined, "1.23 Mil"],
  ["short", 12, undefined, "12"],
  ["bytes", 1536, undefined, "1.5 KiB"],
  ["decbytes", 1500, 1, "1.5 kB"],
  ["Bps", 2e6, undefined, "2 MB/s"],
  ["binBps", 1048576, undefined, "1 MiB/s"],
  ["percent", 12.34, 1, "12.3%"],
  ["percentunit", 0.1234, 1, "12.3%"],
  ["s", 0.0042, undefined, "4.2 ms"],
  ["s", 200, undefined, "3m 20s"],
  ["ms", 1500, undefined, "1.5 s"],
  ["reqps", 142.4, undefined, "142 req/s"],
  ["reqps", 14200, undefined, "14.2K req/s"],
  ["mbytes", 2048, undefined, "2 GiB"],
  ["bool_yes_no", 1, undefined, "Yes"],
  ["suffix:pods", 3, undefined, "3 pods"],
  ["prefix:#", 3, undefined, "#3"],
  ["furlongs", 3, undefined, "3 furlongs"],
  ["none", NaN, undefined, "NaN"],
  ["none", Infinity, undefined, "+Inf"],
  ["none", 0.000001, undefined, "1.00e-6"],
  ["none", 0.000113, undefined, "0.00011"],
])("%s of %j with %j decimals is %j", (unit, value, decimals, text) => expect(unitFormat(unit)(value, decimals)).toBe(text));

test("numbers for reading", () => {
  expect(compact(1_234_567)).toBe("1.23M");
  expect(compact(0)).toBe("0");
  expect(bytes(0)).toBe("0 B");
  expect(bytes(-2048)).toBe("-2 KiB");
  expect(percent(0.5)).toBe("50%");
  expect(count(1, "target")).toBe("1 target");
  expect(count(1234, "target")).toBe("1,234 targets");
});
