import { useSettings } from "../../app/settings.ts";
import type { Alert } from "../../api/rules.ts";
import { ago, humanSeconds } from "../../format/duration.ts";
import { formatTime } from "../../format/time.ts";
import type { Labels } from "../../promql/series.ts";
import { Badge } from "../../ui/Badge.tsx";
import { LabelSet } from "../../ui/LabelSet.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { useNow } from "../../ui/useNow.ts";
import { Annotations } from "./Annotations.tsx";
import styles from "./AlertsPage.module.css";

interface Props {
  alert: Alert;
  forSeconds: number;
  ruleLabels: Labels;
  silenceURL: (labels: Labels) => string | null;
}

/** One alert: what it is about, since when, how far its `for` is. */
export function Instance({ alert, forSeconds, ruleLabels, silenceURL }: Props) {
  const now = useNow();
  const { zone } = useSettings();
  const since = Date.parse(alert.activeAt ?? "");
  const passed = (now - since) / 1000;
  const silence = silenceURL(alert.labels);
  return (
    <div className={styles.instance} role="listitem">
      <Badge tone={alert.state === "firing" ? "bad" : "warn"}>{alert.state}</Badge>
      <LabelSet labels={alert.labels} without={["alertname", ...Object.keys(ruleLabels)]} />
      <div className={styles.since} title={formatTime(since, zone)}>
        {ago(alert.activeAt, now)}
        {alert.state === "pending" && forSeconds > 0 && (
          <div className={styles.progress}>
            <Meter label="Part of for that has passed" fraction={passed / forSeconds} tone="warn" />
            fires in {humanSeconds(Math.max(0, Math.round(forSeconds - passed)))}
          </div>
        )}
        {alert.keepFiringSince && <div>kept firing since {ago(alert.keepFiringSince, now)}</div>}
      </div>
      <div className={styles.value} title={alert.value}>
        {Number(alert.value).toPrecision(6).replace(/\.?0+(e|$)/, "$1")}
      </div>
      <div className={styles.silence}>
        {silence && (
          <a href={silence} target="_blank" rel="noreferrer">
            Silence
          </a>
        )}
      </div>
      <div className={styles.instanceNote}>
        <Annotations annotations={alert.annotations} />
      </div>
    </div>
  );
}
