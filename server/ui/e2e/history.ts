/** The shop's last hours as OpenMetrics text, to be made into blocks before the server starts. */
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { labelText, pods, samplesOf } from "./shop.ts";

const stepSeconds = 15;

/** Writes every series' samples; `promtool tsdb create-blocks-from openmetrics` reads the file. */
export async function writeHistory(file: string, hours: number): Promise<void> {
  const to = Math.floor(Date.now() / 1000 / stepSeconds) * stepSeconds;
  const from = to - hours * 3600;
  const byName = new Map<string, string[]>();
  const add = (name: string, line: string) => {
    const lines = byName.get(name);
    if (lines) lines.push(line);
    else byName.set(name, [line]);
  };
  for (const pod of pods) {
    const place = { job: "api", namespace: "shop", pod, instance: `${pod}:8080` };
    for (let t = from; t <= to; t += stepSeconds) {
      for (const s of samplesOf(pod, t)) add(s.name, `${s.name}{${labelText({ ...s.labels, ...place })}} ${s.value} ${t}`);
      add("up", `up{${labelText(place)}} 1 ${t}`);
    }
  }
  const out = createWriteStream(file);
  for (const lines of byName.values()) out.write(`${lines.join("\n")}\n`);
  out.end("# EOF\n");
  await finished(out);
}
