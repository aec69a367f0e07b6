import { useState } from "react";
import { Link } from "wouter";
import { useOwners } from "../../api/dropins.ts";
import { count } from "../../format/number.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Empty, Note } from "../../ui/Note.tsx";
import field from "../../ui/Field.module.css";
import { Loaded } from "../../ui/Loaded.tsx";
import { Page } from "../../ui/Page.tsx";
import { useSearchParam } from "../../ui/useSearchParam.ts";
import type { Explanation, Outcome } from "./explanation.ts";
import { useExplanation } from "./useExplanation.ts";
import { VerdictCard } from "./VerdictCard.tsx";
import styles from "./ExplainPage.module.css";

/** Why is my pod not scraped? */
export default function ExplainPage() {
  const [target, setTarget] = useSearchParam("target", "");
  const [text, setText] = useState(target);
  const [known, setKnown] = useState(target);
  if (known !== target) {
    setKnown(target);
    setText(target);
  }
  const explanation = useExplanation(target);
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
      ) : (
        <Loaded of={explanation} what="the explanation">
          {(data) => <Verdicts explanation={data} />}
        </Loaded>
      )}
    </Page>
  );
}

const sentences: Record<Outcome, string> = { scraped: "scraped by", dropped: "dropped by", "not-selected": "not looked at by" };

function Verdicts({ explanation }: { explanation: Explanation }) {
  const owners = useOwners();
  const of = (outcome: Outcome) => explanation.jobs.filter((j) => j.outcome === outcome);
  const said = (["scraped", "dropped", "not-selected"] as const).filter((o) => of(o).length > 0).map((o) => `${sentences[o]} ${count(new Set(of(o).map((j) => j.scrapePool)).size, "job")}`);
  return (
    <>
      {explanation.jobs.length === 0 ? (
        <Card>
          <Empty title={`No job has discovered ${explanation.target}`}>
            Either it does not exist, or no job looks in its namespace for objects of its kind. <Link href="/service-discovery">What jobs discover</Link>
          </Empty>
        </Card>
      ) : (
        <p className={styles.sentence}>
          <code>{explanation.target}</code> is {said.join(", ")}.
        </p>
      )}
      {!explanation.complete && <Note tone="info">Some jobs dropped more targets than they remember (keep_dropped_targets), so a job may be missing here.</Note>}
      {(["scraped", "dropped", "not-selected"] as const).flatMap(of).map((job, i) => (
        <VerdictCard key={i} verdict={job} owner={owners(job.scrapePool)} openAtFirst={i === 0} />
      ))}
    </>
  );
}
