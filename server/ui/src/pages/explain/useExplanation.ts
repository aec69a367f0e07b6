import { useQuery } from "@tanstack/react-query";
import { ApiError, get } from "../../api/client.ts";
import type { Targets } from "../../api/targets.ts";
import { fromTargets, type Explanation } from "./explanation.ts";
import { parseSubject, subjectText } from "./subject.ts";

/** Asks the server to explain; one that cannot is asked for its targets instead. */
export function useExplanation(text: string) {
  return useQuery<Explanation, ApiError>({
    queryKey: ["explain", text],
    enabled: text.trim() !== "",
    retry: false,
    queryFn: async ({ signal }) => {
      const subject = parseSubject(text);
      if (!subject) throw new ApiError("nothing to explain", 0, "bad_data");
      try {
        const { data } = await get<Omit<Explanation, "complete">>("explain", { target: subjectText(subject) }, signal);
        return { ...data, complete: true };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        return fromTargets(subject, text, (await get<Targets>("targets", { state: "any" }, signal)).data);
      }
    },
  });
}
