import { useCallback } from "react";
import { useSearchParams } from "wouter";

/**
 * One parameter of the page's URL, so that a filtered page can be sent to a colleague.
 * also is the name that Prometheus' own page has for it, for links that were made there.
 */
export function useSearchParam<T extends string = string>(name: string, initial: NoInfer<T>, also?: string): [T, (value: T) => void] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (value: T) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === initial) next.delete(name);
          else next.set(name, value);
          if (also !== undefined) next.delete(also);
          return next;
        },
        { replace: true },
      ),
    [setParams, name, initial, also],
  );
  const value = params.get(name) ?? (also === undefined ? null : params.get(also));
  return [(value as T | null) ?? initial, set];
}
