import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { url } from "../api/client.ts";
import type { WalReplay } from "../api/status.ts";
import { useApi } from "../api/useApi.ts";
import { count } from "../format/number.ts";
import { Card } from "../ui/Card.tsx";
import { Note } from "../ui/Note.tsx";
import styles from "./Readiness.module.css";
import { Meter } from "../ui/Meter.tsx";
import { Page } from "../ui/Page.tsx";

type State = "ready" | "starting" | "away";

async function askReady(signal: AbortSignal): Promise<State> {
  try {
    const { status } = await fetch(url("-/ready"), { signal });
    // A proxy answers 502 or 504 when there is nobody behind it.
    return status === 503 ? "starting" : status === 502 || status === 504 ? "away" : "ready";
  } catch (cause) {
    if (signal.aborted) throw cause;
    return "away";
  }
}

/** Shows how far the start is until the server is ready, and says so when it is away. */
export function Readiness({ children }: { children: ReactNode }) {
  const { data: state } = useQuery({
    queryKey: ["/-/ready"],
    queryFn: ({ signal }) => askReady(signal),
    refetchInterval: (query) => (query.state.data === undefined || query.state.data === "ready" ? 15_000 : 1_000),
    retry: false,
  });
  if (state === "starting") return <Starting />;
  return (
    <>
      {state === "away" && (
        <div className={styles.away}>
          <Note tone="bad" title="The server does not answer">
            What you see may be old. It is asked again every second.
          </Note>
        </div>
      )}
      {children}
    </>
  );
}

function Starting() {
  const { data } = useApi<WalReplay>("status/walreplay", {}, { every: 1_000 });
  const total = data ? data.max - data.min + 1 : 0;
  const done = data ? Math.max(0, data.current - data.min + 1) : 0;
  return (
    <Page title="Starting">
      <Card>
        <p>The server reads back what it wrote to disk before it answers queries.</p>
        {data && data.max > 0 && (
          <>
            <p>
              Segment {done} of {count(total, "segment")}
            </p>
            <Meter label="Write-ahead log replayed" fraction={done / total} tone="accent" />
          </>
        )}
      </Card>
    </Page>
  );
}
