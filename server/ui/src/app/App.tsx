import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { Redirect, Route, Router, Switch, useSearch } from "wouter";
import { ApiError, basePath } from "../api/client.ts";
import { Empty, Loading } from "../ui/Note.tsx";
import { Page } from "../ui/Page.tsx";
import { Broken } from "./Broken.tsx";
import { environment } from "./environment.ts";
import { Readiness } from "./Readiness.tsx";
import { aliases, routes } from "./routes.ts";
import { Shell } from "./Shell.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server said no to, it will say no to again.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      staleTime: 5_000,
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Router base={basePath}>
        <Shell>
          <Readiness>
            <Switch>
              {routes.map(({ path, page: PageOf, notInAgent }) => (
                <Route key={path} path={path}>
                  <Broken key={path}>
                    <Suspense fallback={<Loading what="the page" />}>
                      {notInAgent && environment.agent ? <NotInAgent /> : <PageOf />}
                    </Suspense>
                  </Broken>
                </Route>
              ))}
              {Object.entries(aliases).map(([from, to]) => (
                <Route key={from} path={from}>
                  {(params) => <Alias to={to.replace(/:(uid|page)/, (_, name: string) => encodeURIComponent((params as Partial<Record<string, string>>)[name] ?? ""))} />}
                </Route>
              ))}
              <Route>
                <Page title="No such page">
                  <Empty title="There is no page here.">The address may belong to the server's API.</Empty>
                </Page>
              </Route>
            </Switch>
          </Readiness>
        </Shell>
      </Router>
    </QueryClientProvider>
  );
}

/** Goes on to the page's present address with all that was asked for. */
function Alias({ to }: { to: string }) {
  const query = useSearch();
  return <Redirect to={query ? `${to}?${query}` : to} replace />;
}

function NotInAgent() {
  return (
    <Page title="Not in agent mode">
      <Empty title="This server runs as an agent.">It scrapes and forwards, and keeps nothing to query, evaluate or show here.</Empty>
    </Page>
  );
}
