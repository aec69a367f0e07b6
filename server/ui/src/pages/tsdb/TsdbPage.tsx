import { useDropIns } from "../../api/dropins.ts";
import type { InstantResult } from "../../api/query.ts";
import type { NameCount, TsdbStatus } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";
import { useSettings } from "../../app/settings.ts";
import { humanSeconds } from "../../format/duration.ts";
import { bytes, grouped } from "../../format/number.ts";
import { formatTime } from "../../format/time.ts";
import { quote } from "../../promql/series.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import field from "../../ui/Field.module.css";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { queryPath } from "../query/panels.ts";
import { BlocksCard } from "./BlocksCard.tsx";
import { Ranking } from "./Ranking.tsx";
import styles from "./TsdbPage.module.css";

const limits = ["10", "25", "50", "100", "500"];

/** What fills the database. */
export default function TsdbPage() {
  const [limit, setLimit] = useSearchParam("limit", "10");
  const status = useApi<TsdbStatus>("status/tsdb", { limit });
  const { zone } = useSettings();
  return (
    <Page
      title="TSDB"
      actions={
        <label className={field.check}>
          Show the first
          <select className={field.select} value={limit} onChange={(e) => setLimit(e.target.value)}>
            {limits.map((l) => (
              <option key={l}>{l}</option>
            ))}
          </select>
        </label>
      }
    >
      <Loaded of={status} what="the state of the database">
        {({ headStats: head, ...counts }) => (
          <>
            <Card title="Head" note="the newest samples, in memory">
              <Figures>
                <Figure label="Series" value={grouped(head.numSeries)} />
                <Figure label="Chunks" value={grouped(head.chunkCount)} />
                <Figure label="Label pairs" value={grouped(head.numLabelPairs)} />
                <Figure label="From" value={<small>{head.minTime > 0 && head.minTime < 2 ** 53 ? formatTime(head.minTime, zone) : "–"}</small>} />
                <Figure label="Spans" value={head.maxTime > head.minTime ? humanSeconds(Math.round((head.maxTime - head.minTime) / 1000)) : "–"} />
              </Figures>
            </Card>
            <div className={styles.grid}>
              <Ranking title="Metrics by series" note="which metric has the most series" of={counts.seriesCountByMetricName} total={head.numSeries} link={(name) => queryPath(`{__name__=${quote(name)}}`)} />
              <Ranking title="Labels by values" note="which label has the most values" of={counts.labelValueCountByLabelName} link={(name) => queryPath(`count by (${name}) ({${name}!=""})`)} />
              <Ranking title="Label pairs by series" note="what most series have in common" of={counts.seriesCountByLabelValuePair} total={head.numSeries} link={pairQuery} />
              <Ranking title="Labels by memory" note="bytes of label values" of={counts.memoryInBytesByLabelName} format={bytes} />
              <ByOwner limit={Number(limit)} />
            </div>
          </>
        )}
      </Loaded>
      <BlocksCard />
    </Page>
  );
}

function pairQuery(pair: string): string {
  const [name = "", ...value] = pair.split("=");
  return queryPath(`count by (__name__) ({${name}=${quote(value.join("="))}})`);
}

/** Series by drop-in where the server counts them, samples by job otherwise. */
function ByOwner({ limit }: { limit: number }) {
  const dropIns = useDropIns();
  const measured: NameCount[] = (dropIns.data?.costs ?? []).map((c) => ({ name: c.owner, value: c.series }));
  const jobs = useApi<InstantResult>("query", { query: `topk(${limit}, sum by (job) (scrape_samples_post_metric_relabeling))` }, { enabled: measured.length === 0 });
  if (measured.length > 0) {
    return <Ranking title="Drop-ins by series" note="of their last scrapes" of={measured.sort((a, b) => b.value - a.value).slice(0, limit)} link={(ref) => `/drop-ins?drop-in=${encodeURIComponent(ref)}`} />;
  }
  const rows = jobs.data?.resultType === "vector" ? jobs.data.result.map((s) => ({ name: s.metric["job"] ?? "", value: Number(s.value?.[1] ?? 0) })) : [];
  return <Ranking title="Jobs by samples" note="samples of one scrape of all targets" of={rows.sort((a, b) => b.value - a.value)} link={(job) => `/targets?q=${encodeURIComponent(`job="${job}"`)}`} />;
}
