import { url } from "../../api/client.ts";
import type { BuildInfo, Features, RuntimeInfo } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";
import { useSettings } from "../../app/settings.ts";
import { ago } from "../../format/duration.ts";
import { bytes, grouped } from "../../format/number.ts";
import { formatTime } from "../../format/time.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Facts, type Fact } from "../../ui/Facts.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { useNow } from "../../ui/useNow.ts";
import { memoryLimit } from "../overview/useSelf.ts";
import styles from "./StatusPage.module.css";

/** The process, the build, and which features are on. */
export function RuntimeTab() {
  const runtime = useApi<RuntimeInfo>("status/runtimeinfo", {}, { every: 10_000 });
  const build = useApi<BuildInfo>("status/buildinfo");
  const features = useApi<Features>("features");
  const runtimeFacts = useRuntimeFacts(runtime.data);
  return (
    <>
      <div className={styles.grid}>
        <Card title="Runtime">
          <Loaded of={runtime} what="the runtime">
            {() => <Facts facts={runtimeFacts} />}
          </Loaded>
        </Card>
        <Card title="Build">
          <Loaded of={build} what="the build">
            {(b) => (
              <Facts
                facts={[
                  { name: "Version", value: b.version },
                  { name: "Revision", value: <code>{b.revision || "–"}</code> },
                  { name: "Branch", value: b.branch || "–" },
                  { name: "Built by", value: b.buildUser || "–" },
                  { name: "Built at", value: b.buildDate || "–" },
                  { name: "Go", value: b.goVersion },
                  { name: "API", value: <a href={url("api/v1/openapi.yaml").href}>OpenAPI</a> },
                  { name: "Metrics", value: <a href={url("metrics").href}>Of this server</a> },
                  { name: "Profiles", value: <a href={url("debug/pprof/").href}>pprof</a> },
                ]}
              />
            )}
          </Loaded>
        </Card>
      </div>
      {features.data && (
        <Card title="Features">
          <Facts
            facts={Object.entries(features.data).map(([area, list]) => ({
              name: area,
              value: (
                <span className={styles.features}>
                  {Object.entries(list).map(([name, on]) => (
                    <Badge key={name} tone={on ? "ok" : "quiet"} title={on ? "on" : "off"}>
                      {on ? name : <s>{name}</s>}
                    </Badge>
                  ))}
                </span>
              ),
            }))}
          />
        </Card>
      )}
    </>
  );
}

function useRuntimeFacts(r: RuntimeInfo | undefined): Fact[] {
  const now = useNow();
  const { zone } = useSettings();
  if (!r) return [];
  const at = (time: string) => `${formatTime(Date.parse(time), zone)}, ${ago(time, now)}`;
  const limit = memoryLimit(r.GOMEMLIMIT);
  return [
    { name: "Started", value: at(r.startTime) },
    { name: "Host", value: r.hostname },
    { name: "Directory", value: <code>{r.CWD}</code> },
    { name: "Configuration", value: <Badge tone={r.reloadConfigSuccess ? "ok" : "bad"}>{r.reloadConfigSuccess ? "the last reload succeeded" : "the last reload failed"}</Badge> },
    { name: "Loaded", value: at(r.lastConfigTime) },
    { name: "Retention", value: r.storageRetention || "–" },
    { name: "WAL corruptions", value: grouped(r.corruptionCount) },
    { name: "Goroutines", value: grouped(r.goroutineCount) },
    { name: "GOMAXPROCS", value: r.GOMAXPROCS },
    { name: "GOMEMLIMIT", value: limit > 0 ? bytes(limit) : "none" },
    { name: "GOGC", value: r.GOGC || "–" },
    { name: "GODEBUG", value: r.GODEBUG || "–" },
  ];
}
