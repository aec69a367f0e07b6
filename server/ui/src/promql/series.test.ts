import { expect, test } from "vitest";
import { escapeRegex, formatSeries } from "./series.ts";

test.each([
  [{}, "{}"],
  [{ __name__: "up" }, "up"],
  [{ __name__: "up", job: "a" }, 'up{job="a"}'],
  [{ job: 'say "hi"\\\n' }, '{job="say \\"hi\\"\\\\\\n"}'],
  [{ __name__: "http.requests", "service.name": "a" }, '{"http.requests", "service.name"="a"}'],
])("formatSeries(%j) is %s", (labels, text) => expect(formatSeries(labels)).toBe(text));

test("escapeRegex leaves no operator", () => {
  expect(new RegExp(`^${escapeRegex("a.b+(c)|[d]^$\\")}$`).test("a.b+(c)|[d]^$\\")).toBe(true);
});
