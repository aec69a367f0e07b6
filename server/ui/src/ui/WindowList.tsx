import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type Key, type ReactNode } from "react";
import styles from "./WindowList.module.css";

interface Props<T> {
  items: readonly T[];
  keyOf: (item: T) => Key;
  children: (item: T) => ReactNode;
  /**
   * Pixels of an item nobody has opened. The closer the better: where a batch of new rows turns out to differ from it and
   * the page has to be scrolled along, the virtualizer lays out the whole list anew for each of them.
   */
  estimate: number | ((item: T) => number);
  gap?: number;
  label: string;
}

/** From how many items on only those in view are drawn; below, the browser's own search finds all. */
const virtualFrom = 120;

/** A list that stays quick with ten thousand items. It scrolls with the page. */
export function WindowList<T>(props: Props<T>) {
  const { items, keyOf, children, gap = 0, label } = props;
  if (items.length >= virtualFrom) return <Virtual {...props} />;
  return (
    <div className={styles.plain} role="list" aria-label={label} style={{ gap }}>
      {items.map((item) => (
        <div key={keyOf(item)} role="listitem">
          {children(item)}
        </div>
      ))}
    </div>
  );
}

function Virtual<T>({ items, keyOf, children, estimate, gap = 0, label }: Props<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop((box.current?.getBoundingClientRect().top ?? 0) + scrollY);
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: (i) => {
      if (typeof estimate === "number") return estimate;
      const item = items[i];
      return item === undefined ? 0 : estimate(item);
    },
    getItemKey: (i) => {
      const item = items[i];
      return item === undefined ? i : keyOf(item);
    },
    overscan: 12,
    gap,
    scrollMargin: top,
  });
  return (
    <div ref={box} className={styles.virtual} role="list" aria-label={label} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index];
        return (
          item !== undefined && (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={styles.item}
              role="listitem"
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              {children(item)}
            </div>
          )
        );
      })}
    </div>
  );
}
