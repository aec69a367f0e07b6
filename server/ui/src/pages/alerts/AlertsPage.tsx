import { useDeferredValue, useMemo } from "react";
import { useOwners } from "../../api/dropins.ts";
import { useSettings } from "../../app/settings.ts";
import type { AlertingRule, AlertState, Rules } from "../../api/rules.ts";
import { useApi } from "../../api/useApi.ts";
import { grouped } from "../../format/number.ts";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { Toolbar } from "../../ui/Toolbar.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { AlertRow } from "./AlertRow.tsx";
import { useSilenceURL } from "./useSilenceURL.ts";
import styles from "./AlertsPage.module.css";

type Filter = "active" | "firing" | "pending" | "inactive" | "all";

/** A rule with where it comes from. */
export interface PlacedRule {
  rule: AlertingRule;
  group: string;
  file: string;
  key: string;
}

const order: Record<AlertState, number> = { firing: 0, pending: 1, unknown: 2, inactive: 3 };

/** What fires, what soon may, and all the rules that could. */
export default function AlertsPage() {
  const rules = useApi<Rules>("rules", { type: "alert" }, { every: 10_000 });
  const owners = useOwners();
  const silenceURL = useSilenceURL();
  const [state, setState] = useSearchParam<Filter>("state", "active");
  const [query, setQuery] = useSearchParam("q", "", "search");
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);
  const { annotations } = useSettings();
  // What the reader turned away from how rules are at first.
  const turned = useOpen();
  const isOpen = ({ key, rule }: PlacedRule) => turned.isOpen(key) !== (annotations && (rule.alerts ?? []).length > 0);

  const all = useMemo(() => placed(rules.data), [rules.data]);
  const found = all.filter(({ rule, group, file }) => {
    const text = `${rule.name} ${group} ${file} ${JSON.stringify(rule.labels ?? {})} ${rule.query} ${(rule.alerts ?? []).map((a) => Object.values(a.labels).join(" ")).join(" ")}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
  const counts = (s: AlertState) => found.filter(({ rule }) => rule.state === s).length;
  const shown = found.filter(({ rule }) => state === "all" || (state === "active" ? rule.state === "firing" || rule.state === "pending" : rule.state === state));
  const options: { value: Filter; text: string }[] = [
    { value: "active", text: `Active ${grouped(counts("firing") + counts("pending"))}` },
    { value: "firing", text: `Firing ${grouped(counts("firing"))}` },
    { value: "pending", text: `Pending ${grouped(counts("pending"))}` },
    { value: "inactive", text: `Inactive ${grouped(counts("inactive"))}` },
    { value: "all", text: `All ${grouped(found.length)}` },
  ];

  return (
    <Page title="Alerts">
      <Toolbar>
        <SearchField value={query} onChange={setQuery} placeholder="Search name, label, expression" />
        <Segmented label="State" value={state} options={options} onChange={setState} />
      </Toolbar>
      <Loaded of={rules} what="the alerts">
        {() =>
          shown.length === 0 ? (
            <div className={styles.list}>
              <Empty title={all.length === 0 ? "No alerting rules" : state === "active" || state === "firing" ? "Nothing fires" : "No alert matches"}>
                {all.length === 0 ? "Rules come from drop-ins and from the configuration's rule files." : query && "The search leaves none."}
              </Empty>
            </div>
          ) : (
            <div className={styles.list}>
              <WindowList items={shown} keyOf={(r) => r.key} estimate={43} label="Alerts">
                {(item) => <AlertRow item={item} owner={owners(item.file)} open={isOpen(item)} onToggle={() => turned.toggle(item.key)} silenceURL={silenceURL} />}
              </WindowList>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function placed(rules: Rules | undefined): PlacedRule[] {
  const out: PlacedRule[] = [];
  for (const group of rules?.groups ?? []) {
    group.rules.forEach((rule, i) => {
      if (rule.type === "alerting") out.push({ rule, group: group.name, file: group.file, key: `${group.file} ${group.name} ${i}` });
    });
  }
  const critical = (r: PlacedRule) => Number(r.rule.labels?.["severity"] === "critical");
  return out.sort((a, b) => order[a.rule.state] - order[b.rule.state] || critical(b) - critical(a) || a.rule.name.localeCompare(b.rule.name));
}
