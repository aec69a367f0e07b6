/** A shop that does not exist, for pages to have something to show: its metrics at any time, past or now. */
import { createServer, type Server } from "node:http";

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export const pods = ["api-0", "api-1", "api-2"];
const handlers: [string, number, number][] = [["/search", 40, 0.04], ["/cart", 18, 0.09], ["/checkout", 6, 0.35], ["/login", 9, 0.12]];
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Counters count from here, some days before any test. */
const birth = Math.floor(Date.now() / 1000 / 86400 - 3) * 86400;
const wave = (2 * Math.PI) / 5400;

/** The integral of a rate that swings around its middle: a counter that is the same at the same time. */
function counted(rate: number, t: number, phase: number): number {
  const s = t - birth;
  return rate * (s - (0.45 / wave) * Math.cos(wave * s + phase));
}

/** All samples of one pod. */
export function samplesOf(pod: string, t: number): Sample[] {
  const n = pods.indexOf(pod);
  const out: Sample[] = [];
  for (const [i, [handler, rate, seconds]] of handlers.entries()) {
    const phase = i + n * 0.4;
    const requests = counted(rate, t, phase);
    for (const [code, part] of [["200", 0.965], ["404", 0.025], ["500", 0.01 * (1 + n)]] as const) {
      out.push({ name: "http_requests_total", labels: { handler, code, method: handler === "/search" ? "GET" : "POST" }, value: Math.floor(requests * part) });
    }
    for (const le of [...bounds, Infinity]) {
      // Latencies lie around their middle as logistic curves do.
      const below = le === Infinity ? 1 : 1 / (1 + (le / seconds) ** -2.6);
      out.push({ name: "http_request_duration_seconds_bucket", labels: { handler, le: le === Infinity ? "+Inf" : Number.isInteger(le) ? le.toFixed(1) : String(le) }, value: Math.floor(requests * below) });
    }
    out.push({ name: "http_request_duration_seconds_sum", labels: { handler }, value: requests * seconds * 1.3 });
    out.push({ name: "http_request_duration_seconds_count", labels: { handler }, value: Math.floor(requests) });
  }
  const swing = Math.sin(wave * (t - birth) + n);
  out.push({ name: "shop_queue_depth", labels: { queue: "orders" }, value: Math.round(120 + 90 * swing) });
  out.push({ name: "shop_queue_depth", labels: { queue: "mails" }, value: Math.round(40 + 30 * Math.cos(wave * (t - birth) * 3 + n)) });
  for (const [k, device] of ["/data", "/var", "/tmp"].entries()) out.push({ name: "shop_disk_used_ratio", labels: { device }, value: [0.91, 0.63, 0.17][k]! + 0.04 * swing - n * 0.03 });
  out.push({ name: "shop_memory_bytes", labels: {}, value: 310e6 + n * 45e6 + 60e6 * swing });
  out.push({ name: "shop_build_info", labels: { version: n === 2 ? "2.4.0" : "2.3.9", revision: "5f1c2ab" }, value: 1 });
  return out;
}

const types: Record<string, string> = { http_requests_total: "counter", http_request_duration_seconds_bucket: "histogram" };

/** One pod's metrics in OpenMetrics' text, with exemplars. */
function exposition(pod: string, t: number): string {
  const lines: string[] = [];
  let last = "";
  for (const s of samplesOf(pod, t)) {
    const family = s.name.replace(/_(bucket|sum|count|total)$/, "");
    if (family !== last) lines.push(`# TYPE ${family} ${types[s.name] ?? "gauge"}`, `# HELP ${family} Of a shop that does not exist.`);
    last = family;
    const exemplar = s.name.endsWith("_bucket") && s.labels["le"] === "0.5" ? ` # {trace_id="${Math.floor(t).toString(16)}${pod.at(-1)}"} ${0.3 + Math.random() * 0.19} ${t.toFixed(3)}` : "";
    lines.push(`${s.name}{${labelText(s.labels)}} ${s.value}${exemplar}`);
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

export function labelText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([k, v]) => `${k}="${v}"`)
    .join(",");
}

/** Serves each pod's metrics at /<pod>/metrics. Buckets need their family to be together, and they are by handler. */
export async function openShop(): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    const pod = (request.url ?? "").split("/")[1] ?? "";
    if (!pods.includes(pod)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "application/openmetrics-text; version=1.0.0; charset=utf-8" }).end(exposition(pod, Date.now() / 1000));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the shop has no port");
  return { port: address.port, server };
}
