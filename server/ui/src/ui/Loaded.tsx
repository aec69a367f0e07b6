import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiError } from "../api/client.ts";
import { Loading, Note } from "./Note.tsx";

interface Props<T> {
  of: UseQueryResult<T, ApiError>;
  what: string;
  children: (data: T) => ReactNode;
}

/** Shows data once it is there; an error does not take away what was there before. */
export function Loaded<T>({ of, what, children }: Props<T>) {
  return (
    <>
      {of.error && (
        <Note tone="bad" title={`Could not load ${what}`}>
          {of.error.message}
        </Note>
      )}
      {of.data === undefined ? of.isPending && <Loading what={what} /> : children(of.data)}
    </>
  );
}
