import { Link } from "wouter";
import type { SelfMetrics } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";
import { environment } from "../../app/environment.ts";
import { humanSeconds } from "../../format/duration.ts";
import { bytes, compact, grouped } from "../../format/number.ts";
import { quote } from "../../promql/series.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { queryPath } from "../query/panels.ts";
import { readSenders, senderMetrics, type Sender } from "./senders.ts";
import styles from "./StatusPage.module.css";

/** From so many seconds on a receiver is behind, and from so many far behind. */
const late = 60;
const veryLate = 600;

/** Where samples are sent by remote write, how far behind that is, and what went wrong. */
export function RemoteWriteTab() {
  const metrics = useApi<SelfMetrics>("status/self_metrics", { metric_name_pattern: senderMetrics }, { every: 10_000 });
  return (
    <Loaded of={metrics} what="the state of remote write">
      {(families) => {
        const senders = readSenders(families);
        if (senders.length === 0) return <Empty title="Nothing is sent by remote write">Receivers are configured under remote_write.</Empty>;
        return (
          <div className={styles.grid}>
            {senders.map((s) => (
              <SenderCard key={`${s.name} ${s.url}`} sender={s} />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

function SenderCard({ sender: s }: { sender: Sender }) {
  const rate = queryPath(`rate(prometheus_remote_storage_samples_total{remote_name=${quote(s.name)}}[5m])`, "graph");
  return (
    <Card
      title={s.name}
      note={<code title={s.url}>{s.url}</code>}
      actions={<Badge tone={s.behind >= veryLate ? "bad" : s.behind >= late ? "warn" : "ok"}>{s.behind < 1 ? "up to date" : `${humanSeconds(Math.round(s.behind))} behind`}</Badge>}
    >
      <Facts
        facts={[
          { name: "Sent", value: `${grouped(s.sent)} samples, ${bytes(s.bytes)}` },
          { name: "Refused for good", value: <Count n={s.failed} /> },
          { name: "Sent again", value: grouped(s.retried) },
          { name: "Left out", value: grouped(s.dropped) },
          { name: "Waiting", value: compact(s.pending) },
          { name: "Senders", value: `${grouped(s.shards)} at work, ${compact(s.wanted, 1)} needed, ${grouped(s.most)} at most` },
          ...(environment.agent ? [] : [{ name: "Over time", value: <Link href={rate}>Samples a second</Link> }]),
        ]}
      />
    </Card>
  );
}

function Count({ n }: { n: number }) {
  return n > 0 ? <Badge tone="bad">{grouped(n)}</Badge> : <>0</>;
}
