import type { Block } from "../../api/status.ts";
import { useApi } from "../../api/useApi.ts";
import { useSettings } from "../../app/settings.ts";
import { humanSeconds } from "../../format/duration.ts";
import { count, grouped } from "../../format/number.ts";
import { formatTime } from "../../format/time.ts";
import { Card } from "../../ui/Card.tsx";
import { Empty } from "../../ui/Note.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import styles from "./TsdbPage.module.css";

/** The blocks on disk, newest first. */
export function BlocksCard() {
  const blocks = useApi<{ blocks: Block[] | null }>("status/tsdb/blocks");
  const list = [...(blocks.data?.blocks ?? [])].sort((a, b) => b.minTime - a.minTime);
  return (
    <Card title="Blocks" note={blocks.data && count(list.length, "block")} flush>
      <Loaded of={blocks} what="the blocks">
        {() =>
          list.length === 0 ? (
            <Empty title="No blocks on disk yet">The head is written to the first block after about three hours.</Empty>
          ) : (
            <>
              <Timeline blocks={list} />
              <Table blocks={list} />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

/** Where blocks lie in time: larger ones, compacted more often, lie lower. */
function Timeline({ blocks }: { blocks: Block[] }) {
  const { zone } = useSettings();
  const from = Math.min(...blocks.map((b) => b.minTime));
  const to = Math.max(...blocks.map((b) => b.maxTime));
  const span = Math.max(1, to - from);
  return (
    <div className={styles.timeline} role="img" aria-label="Blocks over time">
      {blocks.map((b) => (
        <div
          key={b.ulid}
          className={styles.block}
          title={`${formatTime(b.minTime, zone)} to ${formatTime(b.maxTime, zone)}, level ${b.compaction.level}`}
          style={{ left: `${((b.minTime - from) / span) * 100}%`, width: `${((b.maxTime - b.minTime) / span) * 100}%`, top: 4 + Math.min(2, b.compaction.level - 1) * 10 }}
        />
      ))}
    </div>
  );
}

function Table({ blocks }: { blocks: Block[] }) {
  const { zone } = useSettings();
  return (
    <div className={styles.blocks}>
      <table>
        <thead>
          <tr>
            <th>From</th>
            <th>Spans</th>
            <th className={styles.number}>Level</th>
            <th className={styles.number}>Series</th>
            <th className={styles.number}>Samples</th>
            <th className={styles.number}>Chunks</th>
            <th>Block</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map((b) => (
            <tr key={b.ulid}>
              <td>{formatTime(b.minTime, zone)}</td>
              <td>{humanSeconds(Math.round((b.maxTime - b.minTime) / 1000))}</td>
              <td className={styles.number}>{b.compaction.level}</td>
              <td className={styles.number}>{grouped(b.stats?.numSeries ?? 0)}</td>
              <td className={styles.number}>{grouped(b.stats?.numSamples ?? 0)}</td>
              <td className={styles.number}>{grouped(b.stats?.numChunks ?? 0)}</td>
              <td>
                <code>{b.ulid}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
