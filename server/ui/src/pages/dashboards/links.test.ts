import { expect, test } from "vitest";
import { localAddress } from "./links.ts";

const env = { chosen: {}, scope: {}, builtin: { __from: "1", __to: "2" } };

test.each([
  ["/d/node/node-details?var-a=1", { href: "/dashboards/node?var-a=1", local: true }],
  ["d/node", { href: "/dashboards/node", local: true }],
  ["/d/node?${__url_time_range}", { href: "/dashboards/node?from=1&to=2", local: true }],
  ["https://example.org/x", { href: "https://example.org/x", local: false }],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["//example.org", null],
])("%s", (url, want) => expect(localAddress(url, env)).toEqual(want));
