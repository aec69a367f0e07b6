import { useDeferredValue, useMemo } from "react";
import { Link } from "wouter";
import { poolJob, useOwners } from "../../api/dropins.ts";
import type { Targets } from "../../api/targets.ts";
import { useApi } from "../../api/useApi.ts";
import { count, grouped } from "../../format/number.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { DiscoveredTarget } from "./DiscoveredTarget.tsx";
import { discovered, narrow, type Discovered, type Shown } from "./discovered.ts";
import styles from "./StatusPage.module.css";

/** So many targets of a job are shown with their labels, of each kind. */
const shownTargets = 50;

/** What each job discovered, before and after relabeling: targets it scrapes, and those it dropped. */
export function DiscoveryTab() {
  const targets = useApi<Targets>("targets", { state: "any" });
  const pools = useApi<{ scrapePools: string[] }>("scrape_pools");
  const owners = useOwners();
  const [query, setQuery] = useSearchParam("q", "", "search");
  const [show, setShow] = useSearchParam<Shown>("show", "all");
  // From a job's own page there is one to open at once.
  const [pool] = useSearchParam("pool", "");
  const open = useOpen(pool === "" ? [] : [pool]);
  const wanted = useDeferredValue(query);
  const all = useMemo(() => discovered(targets.data, pools.data?.scrapePools ?? []), [targets.data, pools.data]);
  const shown = useMemo(() => narrow(all, wanted, show), [all, wanted, show]);
  const sum = (of: (d: Discovered) => number) => grouped(all.reduce((n, d) => n + of(d), 0));
  return (
    <>
      <div className={styles.head}>
        <SearchField value={query} onChange={setQuery} placeholder="Search jobs and labels" />
        <Segmented
          label="Show"
          value={show}
          options={[
            { value: "all", text: "All" },
            { value: "scraped", text: `Scraped ${sum((d) => d.active.length)}` },
            { value: "dropped", text: `Dropped ${sum((d) => d.dropped)}` },
          ]}
          onChange={setShow}
        />
      </div>
      <Loaded of={targets} what="what was discovered">
        {() =>
          shown.length === 0 ? (
            <Empty title={all.length === 0 ? "No jobs" : "Nothing matches"} />
          ) : (
            <div className={styles.list}>
              <WindowList items={shown} keyOf={(d) => d.pool} estimate={37} label="Jobs">
                {(d) => {
                  const owner = owners(d.pool);
                  return (
                    <div className={styles.pool}>
                      <Disclosure
                        open={open.isOpen(d.pool)}
                        onToggle={() => open.toggle(d.pool)}
                        label={d.pool}
                        summary={
                          <span className={styles.poolLine}>
                            <span className={styles.poolName}>{poolJob(d.pool, owner)}</span>
                            <Owner of={owner} otherwise="base configuration" />
                            {show !== "dropped" && <Badge tone={d.active.length > 0 ? "ok" : "quiet"}>{grouped(d.active.length)} scraped</Badge>}
                            {show !== "scraped" && <Badge tone="quiet">{grouped(d.dropped)} dropped</Badge>}
                          </span>
                        }
                      >
                        <Found discovered={d} />
                      </Disclosure>
                    </div>
                  );
                }}
              </WindowList>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

function Found({ discovered: d }: { discovered: Discovered }) {
  const left = Math.max(0, d.active.length - shownTargets);
  const forgotten = d.dropped - Math.min(d.remembered.length, shownTargets);
  return (
    <>
      {d.active.length + d.remembered.length > 0 && (
        <div role="table" aria-label={`Labels of ${d.pool}`}>
          <div className={`${styles.sides} ${styles.dim}`} role="row">
            <span role="columnheader">Discovered labels</span>
            <span role="columnheader">Target labels</span>
          </div>
          {[...d.active.slice(0, shownTargets), ...d.remembered.slice(0, shownTargets)].map((t, i) => (
            <DiscoveredTarget key={i} target={t} />
          ))}
        </div>
      )}
      {d.active.length + d.dropped === 0 && <p className={styles.dim}>Nothing was discovered.</p>}
      {left > 0 && (
        <p className={styles.dim}>
          {count(left, "more target")}: <Link href={`/targets?pool=${encodeURIComponent(d.pool)}`}>all targets of the job</Link>
        </p>
      )}
      {forgotten > 0 && d.remembered.length > 0 && <p className={styles.dim}>{count(forgotten, "more dropped target")}, not shown</p>}
      {d.dropped > 0 && d.remembered.length === 0 && <p className={styles.dim}>{count(d.dropped, "dropped target")} that are not among those shown: the server remembers the labels of some only.</p>}
    </>
  );
}
