import { useDeferredValue } from "react";
import { Link } from "wouter";
import { refString } from "../../api/dropins.ts";
import { count } from "../../format/number.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Toolbar } from "../../ui/Toolbar.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { useDashboards, type Summary } from "./useDashboards.ts";
import styles from "./DashboardList.module.css";

/** All dashboards among the drop-ins, by folder. */
export default function DashboardList() {
  const dashboards = useDashboards();
  const [query, setQuery] = useSearchParam("q", "");
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);
  const shown = (dashboards.data ?? []).filter((d) => {
    const text = `${d.title} ${d.folder ?? ""} ${d.tags.join(" ")} ${refString(d.ref)} ${d.description ?? ""}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  const folders = [...new Set(shown.map((d) => d.folder ?? ""))];
  return (
    <Page title="Dashboards" lead={dashboards.data && count(shown.length, "dashboard")}>
      <Toolbar>
        <SearchField value={query} onChange={setQuery} placeholder="Search title, tag, owner" />
      </Toolbar>
      {dashboards.error?.status === 404 ? (
        <Empty title="This server has no dashboards">Dashboards come from drop-ins, and this server takes none.</Empty>
      ) : (
        <Loaded of={dashboards} what="the dashboards">
          {(all) =>
            shown.length === 0 ? (
              <Empty title={all.length === 0 ? "No dashboards yet" : "No dashboard matches"}>
                {all.length === 0 && (
                  <>
                    Apply a ConfigMap with Grafana&apos;s JSON and the label <code>kube-monitoring-stack.io/drop-in: dashboard</code>.
                  </>
                )}
              </Empty>
            ) : (
              folders.map((folder) => (
                <section key={folder} className={styles.folder}>
                  {(folder !== "" || folders.length > 1) && <h2>{folder || "No folder"}</h2>}
                  <div className={styles.list}>
                    {shown
                      .filter((d) => (d.folder ?? "") === folder)
                      .map((d) => (
                        <Row key={d.uid} dashboard={d} />
                      ))}
                  </div>
                </section>
              ))
            )
          }
        </Loaded>
      )}
    </Page>
  );
}

function Row({ dashboard: d }: { dashboard: Summary }) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <Link href={`/dashboards/${encodeURIComponent(d.uid)}`} className={styles.title}>
          {d.title}
        </Link>
        <span className={styles.description}>{d.error ? <span className={styles.bad}>{d.error}</span> : d.description}</span>
      </div>
      <span className={styles.tags}>
        {d.tags.map((t) => (
          <Badge key={t} tone="quiet">
            {t}
          </Badge>
        ))}
      </span>
      <span className={styles.panels}>{count(d.panels, "panel")}</span>
      <span className={styles.owner}>
        <Owner of={d.ref} />
      </span>
    </div>
  );
}
