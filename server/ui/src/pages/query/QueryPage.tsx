import { Plus, Settings } from "lucide-react";
import { useCallback, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { SettingsDialog } from "../../app/SettingsDialog.tsx";
import { Button } from "../../ui/Button.tsx";
import { Page } from "../../ui/Page.tsx";
import { decodePanels, encodePanels, newPanel, type Panel } from "./panels.ts";
import { QueryPanel } from "./QueryPanel.tsx";
import styles from "./QueryPage.module.css";

interface Shown {
  id: number;
  panel: Panel;
}

/** Expressions, one below the other; the address holds them all. */
export default function QueryPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const [choosing, setChoosing] = useState(false);
  const [written, setWritten] = useState(search);
  const [panels, setPanels] = useState<Shown[]>(() => fromSearch(search, 0));
  // The address changed and it was not this page: a link, or the browser's back.
  if (search !== written) {
    setWritten(search);
    setPanels(fromSearch(search, panels.length + (panels.at(-1)?.id ?? 0) + 1));
  }

  const show = useCallback(
    (next: Shown[]) => {
      const address = encodePanels(next.map((p) => p.panel));
      setPanels(next);
      setWritten(address);
      navigate(`/query?${address}`);
    },
    [navigate],
  );

  return (
    <Page
      title="Query"
      actions={
        <Button look="quiet" onClick={() => setChoosing(true)}>
          <Settings size={15} /> Settings
        </Button>
      }
    >
      {panels.map(({ id, panel }, i) => (
        <QueryPanel
          key={id}
          panel={panel}
          first={i === 0}
          onChange={(change) => show(panels.map((p) => (p.id === id ? { id, panel: { ...p.panel, ...change } } : p)))}
          onCopy={() => show(panels.flatMap((p) => (p.id === id ? [p, { id: freshId(panels), panel: p.panel }] : [p])))}
          {...(panels.length > 1 && { onRemove: () => show(panels.filter((p) => p.id !== id)) })}
          {...(i > 0 && { onUp: () => show(swapped(panels, i - 1)) })}
          {...(i < panels.length - 1 && { onDown: () => show(swapped(panels, i)) })}
        />
      ))}
      <div className={styles.add}>
        <Button onClick={() => show([...panels, { id: freshId(panels), panel: newPanel }])}>
          <Plus size={15} /> Add expression
        </Button>
      </div>
      {choosing && <SettingsDialog onClose={() => setChoosing(false)} />}
    </Page>
  );
}

function fromSearch(search: string, firstId: number): Shown[] {
  const decoded = decodePanels(search);
  return (decoded.length > 0 ? decoded : [newPanel]).map((panel, i) => ({ id: firstId + i, panel }));
}

/** The list with the panel at i and the one below it exchanged. */
function swapped(panels: Shown[], i: number): Shown[] {
  const out = [...panels];
  const [moved] = out.splice(i, 1);
  if (moved) out.splice(i + 1, 0, moved);
  return out;
}

function freshId(panels: Shown[]): number {
  return Math.max(0, ...panels.map((p) => p.id)) + 1;
}
