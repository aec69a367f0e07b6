import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get, type ApiError, type Params } from "./client.ts";

export interface UseApiOptions<T, R> {
  /** Ask again after so many milliseconds; 0 or nothing is never. */
  every?: number;
  enabled?: boolean;
  /** What to make of the answer; a function that stays the same. */
  select?: (data: T) => R;
}

/** The data of api/v1/<path>, asked once for all components that want it. */
export function useApi<T, R = T>(path: string, params: Params = {}, { every = 0, enabled = true, select }: UseApiOptions<T, R> = {}): UseQueryResult<R, ApiError> {
  return useQuery<T, ApiError, R>({
    queryKey: [path, params],
    queryFn: async ({ signal }) => (await get<T>(path, params, signal)).data,
    refetchInterval: every > 0 ? every : false,
    placeholderData: keepPreviousData,
    enabled,
    ...(select && { select }),
  });
}
