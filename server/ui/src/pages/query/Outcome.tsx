import { Link2 } from "lucide-react";
import { url } from "../../api/client.ts";
import type { InstantResult, Stats } from "../../api/query.ts";
import { humanSeconds } from "../../format/duration.ts";
import { count, grouped } from "../../format/number.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Facts, type Fact } from "../../ui/Facts.tsx";
import { Popover } from "../../ui/Popover.tsx";
import { encodePanels, type Panel } from "./panels.ts";
import type { Ranged, Timed } from "./useAnswers.ts";
import styles from "./QueryPage.module.css";

interface Props {
  panel: Panel;
  answer: Timed<InstantResult | Ranged>;
}

/** How much there is and what it took; behind it, where the time went. */
export function Outcome({ panel, answer: { data, tookMs } }: Props) {
  const samples = data.stats?.samples?.totalQueryableSamples;
  const said = (
    <>
      {count(resultSize(data), "series", "series")} · {humanSeconds(tookMs / 1000)}
      {samples !== undefined && ` · ${count(samples, "sample")}`}
    </>
  );
  const facts = [{ name: "Asked and answered in", value: humanSeconds(tookMs / 1000) }, ...costs(data.stats)];
  return (
    <div className={styles.outcome}>
      <Popover quiet button={said} label="What the query took">
        {() => <Facts facts={facts} />}
      </Popover>
      <CopyButton icon={Link2} title="Copy a link to this expression" text={() => url("query").href + `?${encodePanels([panel])}`} />
    </div>
  );
}

const timings: [string, string][] = [
  ["execQueueTime", "Waited for its turn"],
  ["queryPreparationTime", "Series found in"],
  ["innerEvalTime", "Evaluated in"],
  ["resultSortTime", "Sorted in"],
  ["execTotalTime", "Altogether in the server"],
];

function costs(stats: Stats | undefined): Fact[] {
  const out: Fact[] = [];
  for (const [key, name] of timings) {
    const seconds = stats?.timings?.[key];
    if (seconds !== undefined) out.push({ name, value: humanSeconds(seconds) });
  }
  const { totalQueryableSamples, peakSamples } = stats?.samples ?? {};
  if (totalQueryableSamples !== undefined) out.push({ name: "Samples read", value: grouped(totalQueryableSamples) });
  if (peakSamples !== undefined) out.push({ name: "Samples at once", value: grouped(peakSamples) });
  return out;
}

function resultSize(data: { resultType: string; result: unknown }): number {
  return data.resultType === "scalar" || data.resultType === "string" ? 1 : (data.result as unknown[]).length;
}
