import { environment } from "../../app/environment.ts";
import { ago } from "../../format/duration.ts";
import { Page } from "../../ui/Page.tsx";
import { useNow } from "../../ui/useNow.ts";
import { AlertsCard } from "./AlertsCard.tsx";
import { DropInsCard } from "./DropInsCard.tsx";
import { MemoryCard } from "./MemoryCard.tsx";
import { ReloadsCard } from "./ReloadsCard.tsx";
import { StorageCard } from "./StorageCard.tsx";
import { TargetsCard } from "./TargetsCard.tsx";
import { useSituation } from "./useSituation.ts";
import { Verdict } from "./Verdict.tsx";
import styles from "./Overview.module.css";

/** Is all well? */
export function Overview() {
  const known = useSituation();
  const now = useNow();
  return (
    <Page title="Overview" lead={known.runtime && `${known.runtime.hostname}, started ${ago(known.runtime.startTime, now)}`}>
      <Verdict known={known} />
      <div className={styles.grid}>
        {!environment.agent && <TargetsCard jobs={known.jobs} />}
        {!environment.agent && <AlertsCard firing={known.firing} />}
        <DropInsCard dropIns={known.dropIns} none={known.noDropIns} />
        {!environment.agent && <StorageCard retention={known.runtime?.storageRetention} disk={known.guards?.disk} />}
        <MemoryCard memory={known.memory} runtime={known.runtime} />
        <ReloadsCard dropIns={known.dropIns} runtime={known.runtime} />
      </div>
    </Page>
  );
}
