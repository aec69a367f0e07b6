import { ArrowDown, ArrowUp, ChevronsDownUp, ChevronsUpDown, Copy, EllipsisVertical, ListTree, Trash2 } from "lucide-react";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import type { Panel } from "./panels.ts";

export interface PanelActions {
  onCopy: () => void;
  onRemove?: () => void;
  onUp?: () => void;
  onDown?: () => void;
}

interface Props extends PanelActions {
  panel: Panel;
  onChange: (change: Partial<Panel>) => void;
}

/** What can be done with one expression among several. */
export function PanelMenu({ panel, onChange, onCopy, onRemove, onUp, onDown }: Props) {
  const items: MenuItem[] = [
    { icon: <Copy size={15} />, text: "Copy below", onPick: onCopy },
    panel.folded
      ? { icon: <ChevronsUpDown size={15} />, text: "Show the answer", onPick: () => onChange({ folded: false }) }
      : { icon: <ChevronsDownUp size={15} />, text: "Hide the answer", onPick: () => onChange({ folded: true }) },
    { icon: <ListTree size={15} />, text: panel.tree ? "Hide its parts" : "What each part gives", disabled: panel.expr === "", onPick: () => onChange({ tree: !panel.tree }) },
    ...(onUp ? [{ icon: <ArrowUp size={15} />, text: "Move up", onPick: onUp }] : []),
    ...(onDown ? [{ icon: <ArrowDown size={15} />, text: "Move down", onPick: onDown }] : []),
    ...(onRemove ? [{ icon: <Trash2 size={15} />, text: "Remove", onPick: onRemove }] : []),
  ];
  return <Menu label="More for this expression" icon={<EllipsisVertical size={16} />} items={items} />;
}
