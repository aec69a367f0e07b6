import { useDeferredValue, useMemo, useState } from "react";
import { useOwners } from "../../api/dropins.ts";
import type { Targets } from "../../api/targets.ts";
import { useApi } from "../../api/useApi.ts";
import { count, grouped } from "../../format/number.ts";
import { Button } from "../../ui/Button.tsx";
import field from "../../ui/Field.module.css";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { Toolbar } from "../../ui/Toolbar.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { GroupRow } from "./GroupRow.tsx";
import { countHealth, groupTargets, lines, search, type GroupBy, type HealthFilter, type Line } from "./rows.ts";
import { TargetRow } from "./TargetRow.tsx";
import styles from "./TargetsPage.module.css";

/** So many targets are shown without anybody opening their groups. */
const openBelow = 100;

/** Pixels of a line that nobody opened, in a window wide enough for one row of text. */
const height = (line: Line) => (line.kind === "group" ? 37 : line.target.lastError === "" ? 35 : 60);

/** What is scraped, how it goes, and why not. */
export default function TargetsPage() {
  const targets = useApi<Targets>("targets", { state: "active" }, { every: 30_000 });
  const owners = useOwners();
  const [query, setQuery] = useSearchParam("q", "", "search");
  const [health, setHealth] = useSearchParam<HealthFilter>("health", "all");
  const [pool, setPool] = useSearchParam("pool", "");
  const [by, setBy] = useSearchParam<GroupBy>("group", "job");
  // What the reader turned away from how groups are at first.
  const turned = useOpen();
  const details = useOpen();
  const [everything, setEverything] = useState<boolean | null>(null);

  const all = useMemo(() => targets.data?.activeTargets ?? [], [targets.data]);
  const pools = useMemo(() => [...new Set(all.map((t) => t.scrapePool))].sort(), [all]);
  const wanted = useDeferredValue(query);
  // Made once: hundreds of jobs are not to be drawn again with each letter of a search.
  const options = useMemo(() => pools.map((p) => <option key={p}>{p}</option>), [pools]);
  const found = useMemo(() => search(pool === "" ? all : all.filter((t) => t.scrapePool === pool), wanted), [all, pool, wanted]);
  const counts = useMemo(() => countHealth(found), [found]);
  const groups = useMemo(() => groupTargets(health === "all" ? found : found.filter((t) => t.health === health), by, owners), [found, health, by, owners]);
  const total = groups.reduce((n, g) => n + g.total, 0);
  const openAtFirst = everything ?? total <= openBelow;
  const isOpen = (key: string) => turned.isOpen(key) !== openAtFirst;
  const shown = lines(groups, isOpen);

  return (
    <Page title="Targets" lead={targets.data && `${count(total, "target")} of ${count(groups.length, by === "job" ? "job" : "owner")}`}>
      <Toolbar>
        <SearchField value={query} onChange={setQuery} placeholder="Search address, label, error" />
        <Segmented
          label="Health"
          value={health}
          options={[
            { value: "all", text: `All ${grouped(found.length)}` },
            { value: "up", text: `Up ${grouped(counts.up)}` },
            { value: "down", text: `Down ${grouped(counts.down)}` },
            { value: "unknown", text: `Unknown ${grouped(counts.unknown)}`, title: "Not scraped yet" },
          ]}
          onChange={setHealth}
        />
        <select className={field.select} aria-label="Job" value={pool} onChange={(e) => setPool(e.target.value)}>
          <option value="">All jobs</option>
          {/* A job of the address that has no targets now. */}
          {pool !== "" && !pools.includes(pool) && <option>{pool}</option>}
          {options}
        </select>
        <Segmented
          label="Group by"
          value={by}
          options={[
            { value: "job", text: "By job" },
            { value: "owner", text: "By owner" },
          ]}
          onChange={setBy}
        />
        <Button
          look="quiet"
          onClick={() => {
            setEverything(!openAtFirst);
            turned.set([]);
          }}
        >
          {openAtFirst ? "Close all" : "Open all"}
        </Button>
      </Toolbar>
      <Loaded of={targets} what="the targets">
        {() =>
          shown.length === 0 ? (
            <Empty title={all.length === 0 ? "No targets" : "No target matches"}>
              {all.length === 0 ? "Nothing is discovered by any job." : "Targets that relabeling dropped are under Status, service discovery; Explain says why."}
            </Empty>
          ) : (
            <div className={styles.list}>
              <WindowList items={shown} keyOf={(l) => l.key} estimate={height} label="Targets by group">
                {(line) =>
                  line.kind === "group" ? (
                    <GroupRow group={line} open={isOpen(line.key)} onToggle={() => turned.toggle(line.key)} />
                  ) : (
                    <TargetRow target={line.target} open={details.isOpen(line.key)} onToggle={() => details.toggle(line.key)} showJob={by === "owner"} />
                  )
                }
              </WindowList>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
