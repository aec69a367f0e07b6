import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { url } from "../api/client.ts";
import type { WalReplay } from "../api/status.ts";
import { useApi } from "../api/useApi.ts";
import { count } from "../format/number.ts";
import { Card } from "../ui/Card.tsx";
import { Meter } from "../ui/Meter.tsx";
import { Page } from "../ui/Page.tsx";

/** Shows how far the start is until the server is ready. */
export function Readiness({ children }: { children: ReactNode }) {
  const { data: ready } = useQuery({
    queryKey: ["/-/ready"],
    // Anything but 503 is for the pages themselves to find out and to tell.
    queryFn: async ({ signal }) => (await fetch(url("-/ready"), { signal })).status !== 503,
    refetchInterval: (query) => (query.state.data === false ? 1_000 : 30_000),
    retry: false,
  });
  return ready === false ? <Starting /> : children;
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
