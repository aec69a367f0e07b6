import { useCallback } from "react";
import { useSearchParams } from "wouter";

/** One parameter of the page's URL, so that a filtered page can be sent to a colleague. */
export function useSearchParam<T extends string = string>(name: string, initial: NoInfer<T>): [T, (value: T) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: T) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === initial) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParams, name, initial],
  );
  return [(params.get(name) as T | null) ?? initial, set];
}
