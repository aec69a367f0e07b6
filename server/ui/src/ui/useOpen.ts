import { useCallback, useState } from "react";

/** Which items of a list are open. */
export function useOpen(initial: readonly string[] = []): { isOpen: (key: string) => boolean; toggle: (key: string) => void; set: (keys: Iterable<string>) => void } {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(initial));
  const isOpen = useCallback((key: string) => open.has(key), [open]);
  const toggle = useCallback(
    (key: string) =>
      setOpen((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  const set = useCallback((keys: Iterable<string>) => setOpen(new Set(keys)), []);
  return { isOpen, toggle, set };
}
