import type { ComponentType } from "react";
import type { Field, Answered } from "../fields/field.ts";
import type { Panel } from "../model/types.ts";
import type { Environment } from "../variables/interpolate.ts";
import { BarGaugePanel } from "./BarGaugePanel.tsx";
import { GaugePanel } from "./GaugePanel.tsx";
import { HeatmapPanel } from "./HeatmapPanel.tsx";
import { StatPanel } from "./StatPanel.tsx";
import { TablePanel } from "./TablePanel.tsx";
import { TextPanel } from "./TextPanel.tsx";
import { TimeSeriesPanel } from "./TimeSeriesPanel.tsx";

/** What a panel draws with. */
export interface DrawProps {
  panel: Panel;
  fields: Field[];
  answers: readonly Answered[];
  env: Environment;
  /** Pixels. */
  width: number;
  height: number;
  onZoom: (from: number, to: number) => void;
}

interface Kind {
  draw: ComponentType<DrawProps>;
  /** Whether it needs no data, as a text does. */
  still?: boolean;
  /** The transformations it applies; others are told of. */
  transforms?: readonly string[];
}

/** The panel types that can be drawn, by Grafana's names. */
export const panelKinds: Readonly<Record<string, Kind>> = {
  timeseries: { draw: TimeSeriesPanel },
  stat: { draw: StatPanel },
  gauge: { draw: GaugePanel },
  bargauge: { draw: BarGaugePanel },
  table: { draw: TablePanel, transforms: ["merge", "seriesToColumns", "joinByField", "joinByLabels", "organize", "filterFieldsByName", "sortBy", "limit", "reduce", "labelsToFields"] },
  heatmap: { draw: HeatmapPanel },
  text: { draw: TextPanel, still: true },
};
