import { isWatchdog } from "../../app/useCounts.ts";
import { environment } from "../../app/environment.ts";
import { useDropIns } from "../../api/dropins.ts";
import type { InstantResult, InstantSeries } from "../../api/query.ts";
import type { Alert, Rules } from "../../api/rules.ts";
import type { Guards, RuntimeInfo } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";
import type { Situation } from "./attention.ts";
import { memoryLimit, useSelf } from "./useSelf.ts";

/** A job's targets by health. */
export interface JobHealth {
  job: string;
  up: number;
  down: number;
}

export interface Known extends Situation {
  jobs: JobHealth[] | undefined;
  noDropIns: boolean;
  /** Nothing is said about the whole before everything was asked. */
  complete: boolean;
}

/** Everything the overview judges by. */
export function useSituation(): Known {
  const enabled = !environment.agent;
  const every = 15_000;
  // By PromQL: the list of 10,000 targets is for the page of targets.
  const up = useApi<InstantResult>("query", { query: "count by (job) (up == 1)" }, { every, enabled });
  const down = useApi<InstantResult>("query", { query: "count by (job) (up == 0)" }, { every, enabled });
  const alerts = useApi<{ alerts: Alert[] }>("alerts", {}, { every: 30_000, enabled });
  const rules = useApi<Rules>("rules", { exclude_alerts: true }, { every: 30_000, enabled });
  const runtime = useApi<RuntimeInfo>("status/runtimeinfo", {}, { every });
  const guards = useApi<Guards>("status/guards", {}, { every });
  const dropIns = useDropIns();
  const self = useSelf();

  const jobs = up.data && down.data ? byJob(vector(up.data), vector(down.data)) : undefined;
  const resident = self("process_resident_memory_bytes");
  return {
    jobs,
    noDropIns: dropIns.error?.status === 404,
    complete: (!enabled || (jobs !== undefined && alerts.data !== undefined && rules.data !== undefined)) && runtime.data !== undefined && (dropIns.data !== undefined || dropIns.error?.status === 404),
    ...(jobs && { targets: { up: sum(jobs, "up"), down: sum(jobs, "down") } }),
    ...(alerts.data && { firing: alerts.data.alerts.filter((a) => a.state === "firing" && !isWatchdog(a)) }),
    ...(rules.data && { groups: rules.data.groups }),
    ...(dropIns.data && { dropIns: dropIns.data }),
    ...(guards.data && { guards: guards.data }),
    ...(runtime.data && { runtime: runtime.data }),
    ...(resident !== undefined && { memory: { used: resident, limit: memoryLimit(runtime.data?.GOMEMLIMIT) } }),
  };
}

function vector(result: InstantResult): InstantSeries[] {
  return result.resultType === "vector" ? result.result : [];
}

function byJob(up: InstantSeries[], down: InstantSeries[]): JobHealth[] {
  const jobs = new Map<string, JobHealth>();
  const add = (series: InstantSeries[], field: "up" | "down") => {
    for (const s of series) {
      const job = s.metric["job"] ?? "";
      const entry = jobs.get(job) ?? { job, up: 0, down: 0 };
      entry[field] += Number(s.value?.[1] ?? 0);
      jobs.set(job, entry);
    }
  };
  add(up, "up");
  add(down, "down");
  return [...jobs.values()].sort((a, b) => b.down - a.down || b.up - a.up || a.job.localeCompare(b.job));
}

function sum(jobs: JobHealth[], field: "up" | "down"): number {
  return jobs.reduce((total, j) => total + j[field], 0);
}
