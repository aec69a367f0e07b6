import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

/** What the API answers, by the path below api/v1/. A function sees the parameters. */
export type Answers = Record<string, unknown>;

/** Answers fetches of the API; whatever is not listed is not found. */
export function stubAPI(answers: Answers): void {
  vi.stubGlobal("fetch", (target: URL, init?: RequestInit) => {
    const path = target.pathname.replace(/^.*\/api\/v1\//, "");
    const params = init?.body instanceof URLSearchParams ? init.body : target.searchParams;
    const answer = answers[path];
    const data: unknown = typeof answer === "function" ? (answer as (p: URLSearchParams) => unknown)(params) : answer;
    const body = data === undefined ? { status: "error", errorType: "not_found", error: `no ${path}` } : { status: "success", data };
    return Promise.resolve(new Response(JSON.stringify(body), { status: data === undefined ? 404 : 200 }));
  });
}

/** Shows a page at an address, with an API that answers as told. */
export function showPage(page: ReactNode, { at = "/", answers = {} }: { at?: string; answers?: Answers } = {}) {
  history.replaceState(null, "", at);
  stubAPI(answers);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={client}>{page}</QueryClientProvider>);
}
