import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get, type ApiError, type Params } from "./client.ts";

export interface UseApiOptions {
  /** Ask again after so many milliseconds; 0 or nothing is never. */
  every?: number;
  enabled?: boolean;
}

/** The data of api/v1/<path>, asked once for all components that want it. */
export function useApi<T>(path: string, params: Params = {}, { every = 0, enabled = true }: UseApiOptions = {}): UseQueryResult<T, ApiError> {
  return useQuery<T, ApiError>({
    queryKey: [path, params],
    queryFn: async ({ signal }) => (await get<T>(path, params, signal)).data,
    refetchInterval: every > 0 ? every : false,
    placeholderData: keepPreviousData,
    enabled,
  });
}
