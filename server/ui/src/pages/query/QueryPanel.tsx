import { History, List, Network, Play, Sparkles, X } from "lucide-react";
import { useState } from "react";
import { post } from "../../api/client.ts";
import { useSettings } from "../../app/settings.ts";
import { Button } from "../../ui/Button.tsx";
import { Empty, Loading, Note } from "../../ui/Note.tsx";
import { Segmented } from "../../ui/Segmented.tsx";
import { ExpressionEditor } from "./editor/ExpressionEditor.tsx";
import { GraphControls } from "./GraphControls.tsx";
import { GraphView } from "./GraphView.tsx";
import { HistoryDialog } from "./HistoryDialog.tsx";
import { remember } from "./history.ts";
import { MetricsExplorer } from "./MetricsExplorer.tsx";
import { Outcome } from "./Outcome.tsx";
import { PanelMenu, type PanelActions } from "./PanelMenu.tsx";
import type { Panel, Tab } from "./panels.ts";
import { TableView } from "./TableView.tsx";
import { TimeField } from "./TimeField.tsx";
import { ExprTree } from "./tree/ExprTree.tsx";
import { useInstant, useRange } from "./useAnswers.ts";
import styles from "./QueryPage.module.css";

interface Props extends PanelActions {
  panel: Panel;
  first: boolean;
  onChange: (change: Partial<Panel>) => void;
}

const tabs: { value: Tab; text: string }[] = [
  { value: "table", text: "Table" },
  { value: "graph", text: "Graph" },
  { value: "explain", text: "Explain" },
];

/** One expression with its answer. */
export function QueryPanel({ panel, first, onChange, ...actions }: Props) {
  const [draft, setDraft] = useState(panel.expr);
  const [shown, setShown] = useState(panel.expr);
  const [run, setRun] = useState(0);
  const [formatError, setFormatError] = useState<string>();
  const [dialog, setDialog] = useState<"history" | "metrics" | null>(null);
  if (shown !== panel.expr) {
    setShown(panel.expr);
    setDraft(panel.expr);
  }

  const { history, remarks } = useSettings();
  const instant = useInstant(panel, run, !panel.folded && panel.tab === "table");
  const range = useRange(panel, run, !panel.folded && panel.tab === "graph");
  const answer = panel.tab === "graph" ? range : instant;
  const asked = panel.expr !== "" && panel.tab !== "explain" && !panel.folded;

  const execute = (expr = draft) => {
    setFormatError(undefined);
    if (history) remember(expr);
    setRun((n) => n + 1);
    if (expr !== panel.expr || panel.folded) onChange({ expr, folded: false });
  };
  const format = () =>
    void post<string>("format_query", { query: draft }).then(
      ({ data }) => {
        setDraft(data);
        setFormatError(undefined);
      },
      (error: Error) => setFormatError(error.message),
    );

  return (
    <section className={styles.panel} aria-label={panel.expr || "New expression"}>
      <div className={styles.expression}>
        <ExpressionEditor value={draft} onChange={setDraft} onRun={() => execute()} error={asked && draft === panel.expr ? answer.error?.message : undefined} focus={first && panel.expr === ""} />
        <Button look="primary" onClick={() => execute()} title="Run (Enter)">
          <Play size={13} /> Run
        </Button>
        <Button icon title="Format the expression" onClick={format} disabled={draft === ""}>
          <Sparkles size={15} />
        </Button>
        <Button icon title="What each part gives" aria-pressed={panel.tree} onClick={() => onChange({ tree: !panel.tree })} disabled={panel.expr === ""}>
          <Network size={15} />
        </Button>
        <Button icon title="Metrics" onClick={() => setDialog("metrics")}>
          <List size={15} />
        </Button>
        <Button icon title="Expressions asked before" onClick={() => setDialog("history")}>
          <History size={15} />
        </Button>
        <PanelMenu panel={panel} onChange={onChange} {...actions} />
        {actions.onRemove && (
          <Button look="quiet" icon title="Remove" onClick={actions.onRemove}>
            <X size={16} />
          </Button>
        )}
      </div>
      {!panel.folded && (
        <>
          {panel.tree && panel.expr !== "" && (
            <div className={styles.tree}>
              <ExprTree expr={panel.expr} timeMs={panel.endMs} onPick={(expr) => onChange({ expr })} />
            </div>
          )}
          <div className={styles.controls}>
            <Segmented label="View" value={panel.tab} options={tabs} onChange={(tab) => onChange({ tab })} />
            {panel.tab === "graph" && <GraphControls panel={panel} onChange={onChange} />}
            {panel.tab === "table" && <TimeField label="Evaluation time" valueMs={panel.endMs} onChange={(endMs) => onChange({ endMs })} stepMs={panel.rangeMs / 2} />}
          </div>
          {asked && answer.isFetching && <Loading what="the answer" />}
          {(formatError !== undefined || (asked && (answer.error || answer.data))) && (
            <Notes error={formatError ?? answer.error?.message} warnings={answer.data?.warnings ?? []} infos={remarks ? (answer.data?.infos ?? []) : []} />
          )}
          <div className={styles.body}>
            {asked && answer.data && !answer.error && <Outcome panel={panel} answer={answer.data} />}
            {panel.expr === "" && <Empty title="Nothing asked yet">Write an expression and press Enter.</Empty>}
            {panel.tab === "table" && asked && instant.data && !instant.error && <TableView result={instant.data.data} />}
            {panel.tab === "graph" && asked && range.data && !range.error && <GraphView panel={panel} ranged={range.data.data} onChange={onChange} />}
            {panel.tab === "explain" && panel.expr !== "" && (
              <div className={styles.explained}>
                <ExprTree expr={panel.expr} timeMs={panel.endMs} onPick={(expr) => onChange({ expr })} detailed />
              </div>
            )}
          </div>
        </>
      )}
      {dialog === "history" && (
        <HistoryDialog
          onClose={() => setDialog(null)}
          onPick={(expr) => {
            setDraft(expr);
            execute(expr);
          }}
        />
      )}
      {dialog === "metrics" && (
        <MetricsExplorer
          onClose={() => setDialog(null)}
          onPick={(metric) => {
            setDialog(null);
            setDraft(draft.trim() === "" ? metric : `${draft}${metric}`);
          }}
        />
      )}
    </section>
  );
}

function Notes({ error, warnings, infos }: { error: string | undefined; warnings: string[]; infos: string[] }) {
  if (error === undefined && warnings.length + infos.length === 0) return null;
  return (
    <div className={styles.notes}>
      {error !== undefined && <Note tone="bad">{error}</Note>}
      {warnings.map((w) => (
        <Note key={w} tone="warn">
          {w}
        </Note>
      ))}
      {infos.map((i) => (
        <Note key={i} tone="info">
          {i}
        </Note>
      ))}
    </div>
  );
}
