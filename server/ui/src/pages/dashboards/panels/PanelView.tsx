import { Activity, ExternalLink, Info, TriangleAlert } from "lucide-react";
import { useMemo, useRef } from "react";
import { Link } from "wouter";
import { formatDuration } from "../../../format/duration.ts";
import { Broken } from "../../../app/Broken.tsx";
import { Loading } from "../../../ui/Note.tsx";
import { encodePanels, newPanel } from "../../query/panels.ts";
import { fieldsOf } from "../fields/field.ts";
import { localAddress } from "../links.ts";
import type { PlacedPanel } from "../model/layout.ts";
import { interpolate, type Environment } from "../variables/interpolate.ts";
import { panelKinds } from "./registry.ts";
import { useBox } from "./useBox.ts";
import { panelEnvironment, panelRange, usePanelData, type PanelContext } from "./usePanelData.ts";
import styles from "./panels.module.css";

interface Props {
  placed: PlacedPanel;
  context: PanelContext;
}

/** One panel with its frame: title, what it cannot show, links, and a way to its query. */
export function PanelView({ placed: { panel, scope }, context }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const box = useBox(body);
  const kind = panelKinds[panel.type];
  const { env } = panelEnvironment(panel, scope, context, box?.width ?? 600);
  const { data, error, isFetching } = usePanelData(panel, scope, context, box?.width ?? 600, kind !== undefined && !kind.still && box !== null);
  const fields = useMemo(() => fieldsOf(panel, data?.answers ?? []), [panel, data]);
  const title = interpolate(panel.title, env, "text");
  const unsupported = panel.targets.filter((t) => t.unsupported !== "").map((t) => `Query ${t.refId} is not shown. ${t.unsupported}`);
  const ignored = panel.transformations.filter((t) => !kind?.transforms?.includes(t.id)).map((t) => `The transformation ${t.id} is not applied here.`);
  const notes = [...unsupported, ...(kind && !kind.still ? ignored : []), ...(data?.warnings ?? [])];
  const empty = (data?.answers ?? []).every((a) => a.series.length === 0);
  const asks = panel.targets.some((t) => t.unsupported === "" && t.expr !== "");
  const state = !kind ? "unsupported" : kind.still ? "ok" : error ? "error" : !asks ? "nothing-asked" : data ? (empty ? "empty" : "ok") : "loading";
  const Draw = kind?.draw;
  return (
    <section className={`${styles.panel} ${panel.transparent ? styles.transparent : ""}`} aria-label={title || panel.type} data-panel={panel.type} data-state={state}>
      {isFetching && <div className={styles.busy}><Loading what={title} /></div>}
      {(title !== "" || notes.length > 0) && (
        <header className={styles.header}>
          <h3 className={styles.title} title={title}>
            {title}
          </h3>
          {panel.description !== "" && (
            <span className={styles.mark} title={interpolate(panel.description, env, "text")} tabIndex={0} role="note" aria-label={panel.description}>
              <Info size={13} />
            </span>
          )}
          {notes.length > 0 && (
            <span className={`${styles.mark} ${styles.warning}`} title={notes.join("\n")} tabIndex={0} role="note" aria-label={notes.join(" ")}>
              <TriangleAlert size={13} />
            </span>
          )}
          <PanelLinks placed={{ panel, scope }} env={env} context={context} />
        </header>
      )}
      <div ref={body} className={styles.body}>
        {state === "unsupported" && (
          <div className={styles.message}>
            A panel of type “{panel.type}” is not drawn here. Grafana shows it.
          </div>
        )}
        {state === "nothing-asked" && <div className={styles.message}>{unsupported[0] ?? "This panel asks nothing."}</div>}
        {state === "error" && <div className={`${styles.message} ${styles.failed}`}>{error?.message}</div>}
        {state === "empty" && <div className={styles.message}>{panel.defaults.noValue || "No data in this time range"}</div>}
        {state === "ok" && Draw && box && (
          <Broken>
            <Draw panel={panel} fields={fields} answers={data?.answers ?? []} env={env} width={box.width} height={box.height} onZoom={context.onZoom} />
          </Broken>
        )}
      </div>
    </section>
  );
}

function PanelLinks({ placed: { panel }, env, context }: { placed: Pick<PlacedPanel, "panel" | "scope">; env: Environment; context: PanelContext }) {
  const asked = panel.targets.filter((t) => t.unsupported === "" && t.expr !== "");
  const range = panelRange(panel, context.range);
  const query = encodePanels(
    asked.map((t) => ({ ...newPanel, expr: interpolate(t.expr, env, "promql"), tab: t.instant ? "table" : "graph", rangeMs: Math.round((range.to - range.from) / 1000) * 1000 })),
  );
  return (
    <span className={styles.marks}>
      {panel.links.map((l) => {
        const address = localAddress(interpolate(l.url, env, "url"), env);
        const text = interpolate(l.title, env, "text");
        if (!address) return null;
        return address.local ? (
          <Link key={l.url} href={address.href} className={styles.mark} title={text} aria-label={text}>
            <ExternalLink size={13} />
          </Link>
        ) : (
          <a key={l.url} href={address.href} target="_blank" rel="noreferrer" className={styles.mark} title={text} aria-label={text}>
            <ExternalLink size={13} />
          </a>
        );
      })}
      {asked.length > 0 && (
        <Link href={`/query?${query}`} className={`${styles.mark} ${styles.onHover}`} title={`Open in Query, last ${formatDuration(range.to - range.from)}`} aria-label="Open in Query">
          <Activity size={13} />
        </Link>
      )}
    </span>
  );
}
