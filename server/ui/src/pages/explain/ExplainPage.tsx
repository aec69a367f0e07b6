import { useState } from "react";
import type { Explanation } from "../../api/explain.ts";
import { useApi } from "../../api/useApi.ts";
import { count } from "../../format/number.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Empty, Note } from "../../ui/Note.tsx";
import field from "../../ui/Field.module.css";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import { VerdictCard } from "./VerdictCard.tsx";
import styles from "./ExplainPage.module.css";

/** Why is my pod not scraped? */
export default function ExplainPage() {
  const [target, setTarget] = useSearchParam("target", "");
  const [all, setAll] = useSearchParam<"" | "true">("all", "");
  const [text, setText] = useState(target);
  const [known, setKnown] = useState(target);
  if (known !== target) {
    setKnown(target);
    setText(target);
  }
  const explanation = useApi<Explanation>("explain", { target, verbose: true, all: all || undefined }, { enabled: target !== "" });
  return (
    <Page title="Explain" lead="What each job makes of a pod, a Service or an address, step by step.">
      <form
        className={styles.form}
        onSubmit={(e) => {
          e.preventDefault();
          setTarget(text.trim());
        }}
      >
        <input className={field.input} value={text} autoFocus={target === ""} spellCheck={false} aria-label="Pod, Service or address" placeholder="pod/namespace/name, service/namespace/name, node/name, or 10.0.0.1:8080" onChange={(e) => setText(e.target.value)} />
        <Button look="primary" type="submit">
          Explain
        </Button>
      </form>
      {target === "" ? (
        <Card>
          <Empty title="Which object?">
            <code>pod/shop/api-0</code> and <code>service/shop/api</code> name objects of the cluster; an address is that of a target, with or without its port.
          </Empty>
        </Card>
      ) : explanation.error?.status === 404 ? (
        <Empty title="This server does not explain">It is no server of this stack.</Empty>
      ) : (
        <Loaded of={explanation} what="the explanation">
          {(data) => <Answer explanation={data} all={all !== ""} onAll={() => setAll(all === "" ? "true" : "")} />}
        </Loaded>
      )}
    </Page>
  );
}

function Answer({ explanation: x, all, onAll }: { explanation: Explanation; all: boolean; onAll: () => void }) {
  const { unseen, foreignNamespace, unrouted } = x.excluded;
  return (
    <>
      <div className={`${styles.answer} ${x.scraped ? styles.scraped : styles.not}`} role="status">
        <p className={styles.summary}>{x.summary}</p>
        {x.remedy && <p>{x.remedy}</p>}
      </div>
      {x.remarks?.map((r) => (
        <Note key={r} tone="info">
          {r}
        </Note>
      ))}
      {x.jobs.map((job, i) => (
        <VerdictCard key={job.scrapePool} verdict={job} openAtFirst={i === 0} />
      ))}
      <p className={styles.considered}>
        {count(x.considered, "job")} looked at. {count(unseen, "job")} {unseen === 1 ? "does" : "do"} not look for such objects, {foreignNamespace} look in other namespaces, the first rules of {unrouted} can
        never match.{" "}
        <Button look="quiet" onClick={onAll}>
          {all ? "Show the nearest only" : "Show them all"}
        </Button>
      </p>
    </>
  );
}
