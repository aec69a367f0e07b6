import { useDeferredValue } from "react";
import { Link } from "wouter";
import { poolJob, useOwners } from "../../api/dropins.ts";
import type { Targets } from "../../api/targets.ts";
import { useApi } from "../../api/useApi.ts";
import { count, grouped } from "../../format/number.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { explainPath } from "../explain/path.ts";
import { discovered, type Discovered } from "./discovered.ts";
import styles from "./StatusPage.module.css";

/** So many dropped targets are shown with their labels. */
const shownDropped = 50;

/** What each job discovered: targets it scrapes, and those its relabeling dropped. */
export function DiscoveryTab() {
  const targets = useApi<Targets>("targets", { state: "any" });
  const pools = useApi<{ scrapePools: string[] }>("scrape_pools");
  const owners = useOwners();
  const [query, setQuery] = useSearchParam("q", "");
  const open = useOpen();
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);
  const all = discovered(targets.data, pools.data?.scrapePools ?? []);
  const shown = all.filter((d) => words.every((w) => d.pool.toLowerCase().includes(w)));
  return (
    <>
      <div className={styles.head}>
        <SearchField value={query} onChange={setQuery} placeholder="Search jobs" />
      </div>
      <Loaded of={targets} what="what was discovered">
        {() => (
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
                        <>
                          <span className={styles.poolName}>{poolJob(d.pool, owner)}</span>
                          <Owner of={owner} otherwise="base configuration" />
                          <Badge tone={d.active > 0 ? "ok" : "quiet"}>{grouped(d.active)} scraped</Badge>
                          <Badge tone="quiet">{grouped(d.dropped)} dropped</Badge>
                        </>
                      }
                    >
                      <Dropped discovered={d} />
                    </Disclosure>
                  </div>
                );
              }}
            </WindowList>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Dropped({ discovered: d }: { discovered: Discovered }) {
  return (
    <>
      <p className={styles.dim}>
        {d.active > 0 && <Link href={`/targets?q=${encodeURIComponent(d.pool)}`}>{count(d.active, "target")}</Link>}
        {d.active > 0 && d.dropped > 0 && ", "}
        {d.dropped > 0 && `${count(d.dropped, "dropped target")}, of which the server remembers ${grouped(d.remembered.length)}`}
      </p>
      {d.remembered.slice(0, shownDropped).map((t, i) => (
        <div key={i} className={styles.dropped}>
          <Link href={explainPath(t.discoveredLabels)}>Why?</Link> <LabelSet labels={t.discoveredLabels} />
        </div>
      ))}
    </>
  );
}
