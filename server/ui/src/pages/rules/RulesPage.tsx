import { useDeferredValue } from "react";
import { useOwners } from "../../api/dropins.ts";
import type { RuleGroup, Rules } from "../../api/rules.ts";
import { useApi } from "../../api/useApi.ts";
import { count, grouped } from "../../format/number.ts";
import { Empty } from "../../ui/Note.tsx";
import field from "../../ui/Field.module.css";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { Toolbar } from "../../ui/Toolbar.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { WindowList } from "../../ui/WindowList.tsx";
import { GroupCard } from "./GroupCard.tsx";

type Filter = "any" | "err" | "slow";
type Type = "any" | "alerting" | "recording";

/** All rules by group, with what they cost. */
export default function RulesPage() {
  const rules = useApi<Rules>("rules", { exclude_alerts: true }, { every: 15_000 });
  const owners = useOwners();
  const [query, setQuery] = useSearchParam("q", "", "search");
  const [health, setHealth] = useSearchParam<Filter>("health", "any");
  const [type, setType] = useSearchParam<Type>("type", "any");
  const [order, setOrder] = useSearchParam<"name" | "cost">("order", "name");
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);

  const groups = rules.data?.groups ?? [];
  const shown = narrow(groups, words, health, type);
  if (order === "cost") shown.sort((a, b) => b.evaluationTime - a.evaluationTime);
  const total = shown.reduce((n, g) => n + g.rules.length, 0);
  const bad = groups.flatMap((g) => g.rules).filter((r) => r.health === "err").length;
  const slow = groups.filter(isSlow).length;

  return (
    <Page title="Rules" lead={rules.data && `${count(total, "rule")} in ${count(shown.length, "group")}`}>
      <Toolbar>
        <SearchField value={query} onChange={setQuery} placeholder="Search rule, group, owner" />
        <Segmented
          label="Health"
          value={health}
          options={[
            { value: "any", text: "All" },
            { value: "err", text: `Failing ${grouped(bad)}` },
            { value: "slow", text: `Slow ${grouped(slow)}`, title: "Groups that take longer than their interval" },
          ]}
          onChange={setHealth}
        />
        <Segmented
          label="Type"
          value={type}
          options={[
            { value: "any", text: "Both" },
            { value: "alerting", text: "Alerts" },
            { value: "recording", text: "Records" },
          ]}
          onChange={setType}
        />
        <select className={field.select} aria-label="Order" value={order} onChange={(e) => setOrder(e.target.value as "name" | "cost")}>
          <option value="name">In the server&apos;s order</option>
          <option value="cost">Slowest first</option>
        </select>
      </Toolbar>
      <Loaded of={rules} what="the rules">
        {() =>
          shown.length === 0 ? (
            <Empty title={groups.length === 0 ? "No rules" : "No rule matches"}>{groups.length === 0 && "Rules come from drop-ins and from the configuration's rule files."}</Empty>
          ) : (
            <WindowList items={shown} keyOf={(g) => `${g.file} ${g.name}`} estimate={220} gap={12} label="Rule groups">
              {(group) => <GroupCard group={group} owner={owners(group.file)} />}
            </WindowList>
          )
        }
      </Loaded>
    </Page>
  );
}

function isSlow(g: RuleGroup): boolean {
  return g.interval > 0 && g.evaluationTime > g.interval;
}

/** Leaves the rules that match; a group whose own name or owner matches stays whole. */
function narrow(groups: RuleGroup[], words: string[], health: Filter, type: Type): RuleGroup[] {
  const out: RuleGroup[] = [];
  for (const group of groups) {
    if (health === "slow" && !isSlow(group)) continue;
    const place = `${group.name} ${group.file}`.toLowerCase();
    const rules = group.rules.filter((r) => {
      if (health === "err" && r.health !== "err") return false;
      if (type !== "any" && r.type !== type) return false;
      const text = `${place} ${r.name} ${r.query} ${JSON.stringify(r.labels ?? {})}`.toLowerCase();
      return words.every((w) => text.includes(w));
    });
    if (rules.length > 0) out.push({ ...group, rules });
  }
  return out;
}
