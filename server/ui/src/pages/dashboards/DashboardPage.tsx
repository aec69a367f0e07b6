import { useState } from "react";
import { useParams } from "wouter";
import { useSettings } from "../../app/settings.ts";
import { Empty, Note } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Owner } from "../../ui/Owner.tsx";
import { Page } from "../../ui/Page.tsx";
import { DashboardLinks } from "./DashboardLinks.tsx";
import { placeSections } from "./model/layout.ts";
import type { Dashboard } from "./model/types.ts";
import { SectionView } from "./SectionView.tsx";
import { parseRange } from "./time/range.ts";
import { RefreshSelect } from "./time/RefreshSelect.tsx";
import { TimePicker } from "./time/TimePicker.tsx";
import { useRefresh } from "./time/useRefresh.ts";
import { useDashboard, type Summary } from "./useDashboards.ts";
import { useDashboardState } from "./useDashboardState.ts";
import { valuesOf } from "./variables/interpolate.ts";
import { useVariables } from "./variables/useVariables.ts";
import { VariableBar } from "./variables/VariableBar.tsx";

/** A dashboard of Grafana's, drawn here. */
export default function DashboardPage() {
  const { uid = "" } = useParams<{ uid: string }>();
  const { answer, dashboard } = useDashboard(decodeURIComponent(uid));
  if (answer.error?.status === 404) {
    return (
      <Page title="No such dashboard">
        <Empty title="No drop-in has this dashboard">Its UID may have changed, or its ConfigMap was deleted.</Empty>
      </Page>
    );
  }
  return (
    <Loaded of={answer} what="the dashboard">
      {({ summary }) => dashboard && <Board key={uid} dashboard={dashboard} summary={summary} />}
    </Loaded>
  );
}

function Board({ dashboard, summary }: { dashboard: Dashboard; summary: Summary }) {
  const { zone } = useSettings();
  const state = useDashboardState(dashboard);
  const { now, refreshNow } = useRefresh(state.refresh, state.to);
  const range = parseRange(state.from, state.to, now, zone);
  const variables = useVariables(dashboard.variables, state.wanted, range);
  const [turned, setTurned] = useState<Readonly<Record<string, boolean>>>({});
  const chosen = Object.fromEntries((variables.data?.chosen ?? []).map((c) => [c.name, c]));
  const context = {
    range,
    chosen,
    scrapeMs: variables.data?.scrapeMs ?? 15_000,
    onZoom: (from: number, to: number) => state.setRange(String(Math.round(from)), String(Math.round(to))),
  };
  return (
    <Page
      title={dashboard.title}
      lead={<Owner of={summary.ref} />}
      actions={
        <>
          <DashboardLinks links={dashboard.links} context={context} />
          <TimePicker from={state.from} to={state.to} range={range} onChange={state.setRange} />
          <RefreshSelect value={state.refresh} onChange={state.setRefresh} onRefresh={refreshNow} />
        </>
      }
    >
      {dashboard.omitted.map((text) => (
        <Note key={text} tone="info">
          {text}
        </Note>
      ))}
      {variables.error && (
        <Note tone="bad" title="The variables could not be filled">
          {variables.error.message}
        </Note>
      )}
      <VariableBar variables={variables.data?.chosen ?? []} onChange={state.setVariable} />
      {(variables.data || dashboard.variables.length === 0) &&
        placeSections(dashboard.sections, (name) => valuesOf(chosen[name])).map((section) => (
          <SectionView
            key={section.key}
            section={section}
            collapsed={turned[section.key] ?? section.collapsed}
            onToggle={() => setTurned({ ...turned, [section.key]: !(turned[section.key] ?? section.collapsed) })}
            context={context}
          />
        ))}
    </Page>
  );
}
