import { useApi } from "../../api/useApi.ts";
import { Card } from "../../ui/Card.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { Empty } from "../../ui/Note.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import styles from "./StatusPage.module.css";

/** The flags the server was started with, those at their defaults included. */
export function FlagsTab() {
  const flags = useApi<Record<string, string>>("status/flags");
  const [query, setQuery] = useSearchParam("q", "");
  const shown = Object.entries(flags.data ?? {})
    .filter(([name, value]) => `--${name}=${value}`.toLowerCase().includes(query.toLowerCase()))
    .sort(([a], [b]) => a.localeCompare(b));
  return (
    <>
      <div className={styles.head}>
        <SearchField value={query} onChange={setQuery} placeholder="Search flags" />
      </div>
      <Loaded of={flags} what="the flags">
        {(all) =>
          shown.length === 0 ? (
            <Empty title={Object.keys(all).length === 0 ? "No flags" : "No flag matches"}>
              {Object.keys(all).length === 0 ? "This server was started by a program that gave it none." : "Names and values are searched."}
            </Empty>
          ) : (
            <Card flush>
              <table>
                <tbody>
                  {shown.map(([name, value]) => (
                    <tr key={name} className={styles.flag}>
                      <td>
                        <code>--{name}</code>
                      </td>
                      <td>
                        <code>{value}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Card>
          )
        }
      </Loaded>
    </>
  );
}
