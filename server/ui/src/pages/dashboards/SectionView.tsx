import { ChevronRight } from "lucide-react";
import type { PlacedSection } from "./model/layout.ts";
import { PanelView } from "./panels/PanelView.tsx";
import type { PanelContext } from "./panels/usePanelData.ts";
import { interpolate } from "./variables/interpolate.ts";
import styles from "./SectionView.module.css";

interface Props {
  section: PlacedSection;
  collapsed: boolean;
  onToggle: () => void;
  context: PanelContext;
}

/** Grafana's grid: 24 columns, rows of 30 pixels with 8 between. */
export function SectionView({ section, collapsed, onToggle, context }: Props) {
  const title = section.title === null ? null : interpolate(section.title, { chosen: context.chosen, scope: section.scope, builtin: {} }, "text");
  return (
    <section aria-label={title ?? "Panels"}>
      {title !== null && (
        <button type="button" className={styles.row} aria-expanded={!collapsed} onClick={onToggle}>
          <ChevronRight size={15} />
          {title || "Row"}
          {collapsed && <span className={styles.count}>{section.panels.length} panels</span>}
        </button>
      )}
      {!collapsed && section.panels.length > 0 && (
        <div className={styles.grid}>
          {section.panels.map((placed) => (
            <div
              key={placed.key}
              className={styles.cell}
              style={{ gridColumn: `${placed.pos.x + 1} / span ${placed.pos.w}`, gridRow: `${placed.pos.y + 1} / span ${placed.pos.h}`, minHeight: `min(${placed.pos.h * 38 - 8}px, 420px)` }}
            >
              <PanelView placed={placed} context={context} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}
