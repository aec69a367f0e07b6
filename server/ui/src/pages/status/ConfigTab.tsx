import { useSearchParam } from "../../ui/useSearchParam.ts";
import { useApi } from "../../api/useApi.ts";
import { count } from "../../format/number.ts";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { YamlView } from "./YamlView.tsx";
import field from "../../ui/Field.module.css";
import styles from "./StatusPage.module.css";

/** The configuration in force: all of it, or one job with every default filled in. */
export function ConfigTab() {
  const [pool, setPool] = useSearchParam("pool", "");
  const [query, setQuery] = useSearchParam("q", "");
  const pools = useApi<{ scrapePools: string[] }>("scrape_pools");
  const whole = useApi<{ yaml: string }>("status/config", {}, { enabled: pool === "" });
  const one = useApi<{ yaml: string }>("scrape_pools/config", { scrapePool: pool }, { enabled: pool !== "" });
  const config = pool === "" ? whole : one;
  const lines = (config.data?.yaml ?? "").split("\n");
  const found = query === "" ? 0 : lines.filter((l) => l.toLowerCase().includes(query.toLowerCase())).length;
  return (
    <>
      <div className={styles.head}>
        <SearchField value={query} onChange={setQuery} placeholder="Find in the configuration" />
        <select className={field.select} aria-label="Job" value={pool} onChange={(e) => setPool(e.target.value)}>
          <option value="">The whole configuration</option>
          {[...(pools.data?.scrapePools ?? [])].sort().map((p) => (
            <option key={p}>{p}</option>
          ))}
        </select>
        <CopyButton look="plain" title="Copy the configuration" text={() => config.data?.yaml ?? ""}>
          Copy
        </CopyButton>
        {query !== "" && <span className={styles.dim}>{count(found, "line")}</span>}
      </div>
      <Loaded of={config} what="the configuration">
        {() => <YamlView lines={lines} mark={query} />}
      </Loaded>
    </>
  );
}
