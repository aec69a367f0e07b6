import { Link } from "wouter";
import type { RuntimeInfo } from "../../api/status.ts";
import { bytes, compact, grouped } from "../../format/number.ts";
import { Card } from "../../ui/Card.tsx";
import { Figure, Figures } from "../../ui/Figure.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { Sparkline } from "./Sparkline.tsx";
import { useSelf } from "./useSelf.ts";
import styles from "./Overview.module.css";

interface Props {
  memory: { used: number; limit: number } | undefined;
  runtime: RuntimeInfo | undefined;
}

export function MemoryCard({ memory, runtime }: Props) {
  const self = useSelf();
  const files = self("process_open_fds");
  const maxFiles = self("process_max_fds");
  return (
    <Card title={<Link href="/status" className={styles.link}>Process</Link>} note={runtime && `${runtime.GOMAXPROCS} CPUs`}>
      <Figures>
        <Figure label="Memory" value={memory ? bytes(memory.used) : "–"} note={memory && memory.limit > 0 ? `of ${bytes(memory.limit)}` : "no limit"} />
        <Figure label="Goroutines" value={runtime ? grouped(runtime.goroutineCount) : "–"} />
        <Figure label="Open files" value={files === undefined ? "–" : grouped(files)} note={maxFiles !== undefined && `of ${compact(maxFiles)}`} />
      </Figures>
      {memory && memory.limit > 0 && (
        <div className={styles.meter}>
          <Meter label="Memory used of the limit" fraction={memory.used / memory.limit} />
        </div>
      )}
      <Sparkline query='max(process_resident_memory_bytes{job=~".*(prometheus|server).*"})' label="Resident memory" />
    </Card>
  );
}
