/** Starts what the tests drive: a shop, the server with the shop's drop-ins and pages, and a proxy before it. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { writeHistory } from "./history.ts";
import { openProxy } from "./proxy.ts";
import { openShop } from "./shop.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the pages are, at the root and behind a proxy that takes a prefix away. */
    pages: string;
    prefixed: string;
  }
}

const here = resolve("e2e");
const binaries = resolve("artifacts/bin");
const repository = resolve("../..");

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const children: ChildProcess[] = [];
  const work = mkdtempSync(join(tmpdir(), "pages-"));
  mkdirSync(join(work, "drop-ins"), { recursive: true });
  const binary = (name: string, source: string, module = repository) => {
    const path = process.env[`E2E_${name.toUpperCase()}`] ?? join(binaries, name);
    // The pages are embedded, so what serves them is always built anew.
    if (!process.env[`E2E_${name.toUpperCase()}`]) execFileSync("go", ["build", "-o", path, source], { cwd: module, stdio: "inherit" });
    return path;
  };
  const kmon = binary("kmon", "./cmd/kmon");
  const boards = binary("boards", "./dashboards/generate");
  const promtool = binary("promtool", "github.com/prometheus/prometheus/cmd/promtool", join(repository, "ci/chart"));

  const shop = await openShop();
  const server = `127.0.0.1:${await freePort()}`;
  const proxy = await openProxy("/monitoring/one", `http://${server}`);
  for (const name of readdirSync(join(here, "drop-ins"))) {
    const text = readFileSync(join(here, "drop-ins", name), "utf8");
    writeFileSync(join(work, "drop-ins", name), text.replaceAll("$SHOP", `127.0.0.1:${shop.port}`).replaceAll("$SERVER", server));
  }
  mkdirSync(join(work, "boards"));
  execFileSync(boards, ["-out", join(work, "boards")], { stdio: "inherit" });
  writeFileSync(join(work, "drop-ins/shop-boards.json"), dashboards("shop", join(here, "dashboards")));
  writeFileSync(join(work, "drop-ins/stack-boards.json"), dashboards("monitoring", join(work, "boards")));

  await writeHistory(join(work, "history.txt"), 6);
  execFileSync(promtool, ["tsdb", "create-blocks-from", "openmetrics", join(work, "history.txt"), join(work, "data/prometheus")], { stdio: "ignore" });

  const start = (path: string, args: string[]) => children.push(spawn(path, args, { stdio: process.env["E2E_VERBOSE"] ? "inherit" : "ignore" }));
  start(kmon, ["run", "--drop-ins", join(work, "drop-ins"), "--data", join(work, "data"), "--listen", server, "--trusted-namespaces", "monitoring"]);
  const pages = `http://${server}/`;

  await until("the server is ready", async () => (await fetch(`${pages}-/ready`)).ok);
  await until("the drop-ins are in use", async () => (await dropInStates(pages))["mail/mail-rules/mail.yaml"] === "active");
  // A bad edit of what runs: the last good version stays.
  const stale = join(work, "drop-ins/stale.yaml");
  writeFileSync(stale, readFileSync(stale, "utf8").replace("for: 5m", "for: five minutes"));
  await until("the bad edit is refused", async () => (await dropInStates(pages))["mail/mail-rules/mail.yaml"] === "stale");
  await until("the shop is scraped and an alert fires", async () => {
    const answer = (await (await fetch(`${pages}api/v1/alerts`)).json()) as { data: { alerts: { state: string; labels: Record<string, string> }[] } };
    const firing = answer.data.alerts.filter((a) => a.state === "firing").map((a) => a.labels["alertname"]);
    return firing.includes("TargetDown") && firing.includes("CheckoutIsSlow");
  });

  project.provide("pages", pages);
  project.provide("prefixed", `${proxy.address}/`);
  return async () => {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.filter((child) => child.exitCode === null).map((child) => new Promise((done) => child.once("exit", done))));
    for (const { server } of [shop, proxy]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(work, { recursive: true, force: true });
  };
}

/** A ConfigMap of every dashboard in a folder, in JSON, which is YAML too. */
function dashboards(namespace: string, folder: string): string {
  const data = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const metadata = { name: "boards", namespace, labels: { "kube-monitoring-stack.io/drop-in": "dashboard" }, annotations: { grafana_folder: namespace } };
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
}

async function dropInStates(pages: string): Promise<Record<string, string>> {
  const answer = (await (await fetch(`${pages}api/v1/status/dropins`)).json()) as {
    data: { sidecar?: { dropIns: { ref: { namespace: string; name: string; key: string }; state: string }[] } };
  };
  return Object.fromEntries((answer.data.sidecar?.dropIns ?? []).map((d) => [`${d.ref.namespace}/${d.ref.name}/${d.ref.key}`, d.state]));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Asks again until it is so, for 45 seconds at most. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    try {
      if (await isSo()) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}
