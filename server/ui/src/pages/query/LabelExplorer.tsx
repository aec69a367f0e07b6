import { ArrowLeft, X } from "lucide-react";
import { useState } from "react";
import type { InstantResult } from "../../api/query.ts";
import { useApi } from "../../api/useApi.ts";
import { count, grouped } from "../../format/number.ts";
import { formatSeries, labelName, quote, type Labels } from "../../promql/series.ts";
import { Button } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/CopyButton.tsx";
import { Disclosure } from "../../ui/Disclosure.tsx";
import { Expression } from "../../ui/Expression.tsx";
import { Loaded } from "../../ui/Loaded.tsx";
import { useOpen } from "../../ui/useOpen.ts";
import styles from "./PickList.module.css";

interface Props {
  metric: string;
  help: string;
  onBack: () => void;
  onPick: (selector: string) => void;
}

/** So many values of a label are listed, those with the most series first. */
const shownValues = 50;

/** One metric's labels and how its series are spread over them; a click on a value narrows the selector. */
export function LabelExplorer({ metric, help, onBack, onPick }: Props) {
  const [matchers, setMatchers] = useState<Labels>({});
  const open = useOpen();
  const selector = formatSeries({ __name__: metric, ...matchers });
  const labels = useApi<string[]>("labels", { "match[]": selector });
  const total = useApi<InstantResult>("query", { query: `count(${selector})` });
  return (
    <>
      <div className={styles.head}>
        <Button look="quiet" icon title="All metrics" onClick={onBack}>
          <ArrowLeft size={16} />
        </Button>
        <div className={styles.selector}>
          <Expression expr={selector} />
          <CopyButton title="Copy the selector" text={() => selector} />
        </div>
        <Button look="primary" onClick={() => onPick(selector)}>
          Insert
        </Button>
      </div>
      <p className={styles.about}>
        {help !== "" && <>{help} </>}
        {count(firstValue(total.data), "series", "series")}
      </p>
      {Object.entries(matchers).map(([name, value]) => (
        <Button key={name} title={`Without ${name}`} onClick={() => setMatchers(without(matchers, name))}>
          {labelName(name)}={quote(value)} <X size={13} />
        </Button>
      ))}
      <Loaded of={labels} what="the labels">
        {(names) => (
          <ul aria-label="Labels">
            {names
              .filter((name) => name !== "__name__" && !(name in matchers))
              .map((name) => (
                <li key={name}>
                  <Disclosure open={open.isOpen(name)} onToggle={() => open.toggle(name)} label={`Values of ${name}`} summary={<code>{name}</code>}>
                    <Values selector={selector} label={name} onPick={(value) => setMatchers({ ...matchers, [name]: value })} />
                  </Disclosure>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

function Values({ selector, label, onPick }: { selector: string; label: string; onPick: (value: string) => void }) {
  const counts = useApi<InstantResult>("query", { query: `topk(${shownValues}, count by (${labelName(label)}) (${selector}))` });
  const all = useApi<InstantResult>("query", { query: `count(count by (${labelName(label)}) (${selector}))` });
  const total = firstValue(all.data);
  return (
    <Loaded of={counts} what={`the values of ${label}`}>
      {(data) => {
        const rows = data.resultType === "vector" ? data.result : [];
        return (
          <ul aria-label={`Values of ${label}`}>
            {rows.map(({ metric, value }) => (
              <li key={metric[label] ?? ""}>
                <button type="button" className={`${styles.item} ${styles.value}`} title="Only this value" onClick={() => onPick(metric[label] ?? "")}>
                  <code>{metric[label] === undefined ? "(without the label)" : quote(metric[label])}</code>
                  <span className={styles.count}>{grouped(Number(value?.[1] ?? 0))}</span>
                </button>
              </li>
            ))}
            {total > rows.length && <li className={styles.about}>{count(total - rows.length, "more value")}</li>}
          </ul>
        );
      }}
    </Loaded>
  );
}

function without(labels: Labels, name: string): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([n]) => n !== name));
}

function firstValue(data: InstantResult | undefined): number {
  return data?.resultType === "vector" ? Number(data.result[0]?.value?.[1] ?? 0) : 0;
}
