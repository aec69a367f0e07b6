import { useDeferredValue, useEffect, useMemo } from "react";
import { useSearchParams } from "wouter";
import { needsCare, refString, useDropIns, type DropIn, type Kind } from "../../api/dropins.ts";
import type { Rules } from "../../api/rules.ts";
import { useApi } from "../../api/useApi.ts";
import { environment } from "../../app/environment.ts";
import { count, grouped } from "../../format/number.ts";
import { Empty, Note } from "../../ui/Note.tsx";
import field from "../../ui/Field.module.css";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { Toolbar } from "../../ui/Toolbar.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { DropInRow } from "./DropInRow.tsx";
import styles from "./DropInsPage.module.css";

type Show = "all" | "care" | "active";
const kinds: Kind[] = ["scrape", "rules", "dashboard", "datasource", "alertmanager"];

/** What teams added: is it in use, and if not, why. */
export default function DropInsPage() {
  const dropIns = useDropIns();
  const [params] = useSearchParams();
  const wanted = params.get("drop-in");
  const [show, setShow] = useSearchParam<Show>("show", "all");
  const [kind, setKind] = useSearchParam<Kind | "">("kind", "");
  const [query, setQuery] = useSearchParam("q", "");
  const rules = useApi<Rules>("rules", { exclude_alerts: true }, { every: 30_000, enabled: !environment.agent });
  const ruleSeconds = useMemo(() => secondsByFile(rules.data), [rules.data]);
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);
  const open = useOpen(wanted === null ? [] : [wanted]);

  const all = useMemo(() => sorted(dropIns.data?.dropIns ?? [], wanted), [dropIns.data, wanted]);
  const found = all.filter((d) => {
    if (kind !== "" && d.kind !== kind) return false;
    const text = `${refString(d.ref)} ${d.state} ${(d.problems ?? []).map((p) => `${p.code} ${p.message}`).join(" ")}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  const care = found.filter(needsCare).length;
  const shown = found.filter((d) => show === "all" || (show === "care") === needsCare(d));

  useEffect(() => {
    if (wanted !== null) open.set([wanted]);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a link asks once; closing it again is the reader's choice
  }, [wanted]);

  return (
    <Page
      title="Drop-ins"
      lead={dropIns.data && (
        <>
          {count(all.length, "drop-in")}, generation <code>{dropIns.data.digest.slice(0, 12) || "none"}</code>
        </>
      )}
    >
      {dropIns.data?.error && (
        <Note tone="bad" title="The newest set is not in use">
          {dropIns.data.error}
        </Note>
      )}
      {dropIns.data?.synced === false && <Note tone="info">The sidecar is still reading the cluster: what is listed may not be all.</Note>}
      <Toolbar>
        <SearchField value={query} onChange={setQuery} placeholder="Search namespace, name, problem" />
        <Segmented
          label="State"
          value={show}
          options={[
            { value: "all", text: `All ${grouped(found.length)}` },
            { value: "care", text: `Need a look ${grouped(care)}` },
            { value: "active", text: `In use ${grouped(found.length - care)}` },
          ]}
          onChange={setShow}
        />
        <select className={field.select} aria-label="Kind" value={kind} onChange={(e) => setKind(e.target.value as Kind | "")}>
          <option value="">Every kind</option>
          {kinds.map((k) => (
            <option key={k}>{k}</option>
          ))}
        </select>
      </Toolbar>
      {dropIns.error?.status === 404 && !dropIns.data ? (
        <Empty title="This server takes no drop-ins">It was started without a directory of drop-ins, or is no server of this stack.</Empty>
      ) : (
        <Loaded of={dropIns} what="the drop-ins">
          {() =>
            shown.length === 0 ? (
              <Empty title={all.length === 0 ? "No drop-ins yet" : "No drop-in matches"}>
                {all.length === 0 && (
                  <>
                    Apply a ConfigMap with the label <code>kube-monitoring-stack.io/drop-in: scrape</code>, <code>rules</code> or <code>dashboard</code>.
                  </>
                )}
              </Empty>
            ) : (
              <div className={styles.list}>
                <WindowList items={shown} keyOf={(d) => refString(d.ref)} estimate={37} label="Drop-ins">
                  {(d) => <DropInRow dropIn={d} ruleSeconds={ruleSeconds.get(refString(d.ref))} open={open.isOpen(refString(d.ref))} onToggle={() => open.toggle(refString(d.ref))} />}
                </WindowList>
              </div>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}

/** What one round of each file's rules takes. */
function secondsByFile(rules: Rules | undefined): Map<string, number> {
  const out = new Map<string, number>();
  for (const group of rules?.groups ?? []) out.set(group.file, (out.get(group.file) ?? 0) + group.evaluationTime);
  return out;
}

/** What a link asked for first, then what needs somebody, then by name. */
function sorted(dropIns: readonly DropIn[], wanted: string | null): DropIn[] {
  const rank = (d: DropIn) => (refString(d.ref) === wanted ? 0 : needsCare(d) ? 1 : 2);
  return [...dropIns].sort((a, b) => rank(a) - rank(b) || refString(a.ref).localeCompare(refString(b.ref)));
}
