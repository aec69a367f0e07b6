import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Router } from "wouter";
import { settings } from "../../app/settings.ts";
import { showPage } from "../../testing/page.tsx";
import { LabelExplorer } from "./LabelExplorer.tsx";
import { MetricsExplorer } from "./MetricsExplorer.tsx";
import { newPanel, type Panel } from "./panels.ts";
import QueryPage from "./QueryPage.tsx";
import { StepField } from "./StepField.tsx";
import { ExprTree } from "./tree/ExprTree.tsx";

const stats = { timings: { evalTotalTime: 0.004, execQueueTime: 0.0001, execTotalTime: 0.005 }, samples: { totalQueryableSamples: 1234, peakSamples: 99 } };
const query = (p: URLSearchParams) => ({ resultType: "vector", result: [{ metric: { __name__: p.get("query") ?? "", job: "a" }, value: [0, "1"] }], stats });

function showQuery(search: string) {
  showPage(
    <Router>
      <QueryPage />
    </Router>,
    { at: `/query?${search}`, answers: { query } },
  );
}

const expressions = () => screen.getAllByRole("region").map((r) => r.getAttribute("aria-label"));

test("expressions are copied, moved, hidden and removed", async () => {
  showQuery("g0.expr=first&g1.expr=second");
  const menu = async (n: number, item: string) => {
    await userEvent.click(screen.getAllByRole("button", { name: "More for this expression" })[n] as HTMLElement);
    await userEvent.click(screen.getByRole("menuitem", { name: item }));
  };
  await menu(1, "Move up");
  expect(expressions()).toEqual(["second", "first"]);
  await menu(0, "Copy below");
  expect(expressions()).toEqual(["second", "second", "first"]);
  await menu(1, "Remove");
  expect(expressions()).toEqual(["second", "first"]);
  expect(location.search).toContain("g0.expr=second");
  const [second] = screen.getAllByRole("region");
  await within(second as HTMLElement).findByText(/1 series/);
  await menu(0, "Hide the answer");
  expect(within(second as HTMLElement).queryByText(/1 series/)).toBeNull();
  expect(location.search).toContain("g0.folded=1");
});

test("a menu is used with keys alone", async () => {
  showQuery("g0.expr=first&g1.expr=second");
  const button = screen.getAllByRole("button", { name: "More for this expression" })[0] as HTMLElement;
  button.focus();
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement?.textContent).toBe("Copy below");
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(document.activeElement?.textContent).toBe("Move down");
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).toBeNull();
  expect(document.activeElement).toBe(button);
});

test("what a query took is behind its figures", async () => {
  showQuery("g0.expr=up");
  await userEvent.click(await screen.findByRole("button", { name: /1 series .* 1,234 samples/ }));
  const box = screen.getByRole("dialog", { name: "What the query took" });
  expect(within(box).getByText("Altogether in the server").nextSibling?.textContent).toBe("5 ms");
  expect(within(box).getByText("Samples at once").nextSibling?.textContent).toBe("99");
});

test("without its setting nothing is remembered", async () => {
  settings.set({ history: false });
  showQuery("g0.expr=up");
  await userEvent.click(screen.getByTitle("Run (Enter)"));
  expect(localStorage.getItem("kube-monitoring-stack.queries")).toBeNull();
  settings.set({ history: true });
  await userEvent.click(screen.getByTitle("Run (Enter)"));
  expect(localStorage.getItem("kube-monitoring-stack.queries")).toBe('["up"]');
});

test("any distance of points may be given", async () => {
  const changes: Partial<Panel>[] = [];
  showPage(<StepField panel={newPanel} onChange={(c) => changes.push(c)} />);
  expect(screen.queryByLabelText("Own distance of points")).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Distance of points"), "own");
  const own = screen.getByLabelText("Own distance of points");
  await userEvent.clear(own);
  await userEvent.type(own, "nonsense{Enter}");
  expect(own.getAttribute("aria-invalid")).toBe("true");
  expect(changes).toEqual([]);
  await userEvent.clear(own);
  await userEvent.type(own, "45s{Enter}");
  expect(changes).toEqual([{ resolution: { type: "custom", stepMs: 45_000 } }]);
});

test("a metric's labels are explored and make a selector", async () => {
  const picked: string[] = [];
  const values = (p: URLSearchParams) => {
    const q = p.get("query") ?? "";
    const one = (metric: Record<string, string>, value: string) => ({ metric, value: [0, value] });
    if (q.startsWith("topk(50, count by (code)")) return { resultType: "vector", result: [one({ code: "200" }, "7"), one({ code: "500" }, "2")] };
    return { resultType: "vector", result: [one({}, q.includes('code="500"') ? "2" : "9")] };
  };
  showPage(<LabelExplorer metric="requests" help="How many." onBack={() => picked.push("back")} onPick={(s) => picked.push(s)} />, { answers: { labels: ["__name__", "code", "job"], query: values } });
  expect(await screen.findByText(/9 series/)).toBeTruthy();
  await userEvent.click(await screen.findByRole("button", { name: "Values of code" }));
  await userEvent.click(await screen.findByText('"500"'));
  expect(await screen.findByText(/2 series/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Insert" }));
  expect(picked).toEqual(['requests{code="500"}']);
});

test("metrics are found by name, help and type, and lead to their labels", async () => {
  showPage(<MetricsExplorer onClose={() => undefined} onPick={() => undefined} />, {
    answers: { "label/__name__/values": ["up", "latency_seconds_bucket"], metadata: { latency_seconds: [{ type: "histogram", help: "How slow.", unit: "" }] }, labels: ["le"], query },
  });
  fireEvent.change(await screen.findByLabelText("Search metrics"), { target: { value: "histogram slow" } });
  await waitFor(() => expect(screen.queryByText("up")).toBeNull());
  fireEvent.click(screen.getByRole("button", { name: "Labels of latency_seconds_bucket", hidden: true }));
  expect(await screen.findByText("le")).toBeTruthy();
});

test("the explanation says which series of two sides found each other", async () => {
  const sides: Record<string, Record<string, string>[]> = { a: [{ job: "x" }, { job: "y" }], b: [{ job: "x" }] };
  showPage(<ExprTree expr="a / b" timeMs={null} onPick={() => undefined} detailed />, {
    answers: { query: (p: URLSearchParams) => ({ resultType: "vector", result: (sides[p.get("query") ?? ""] ?? []).map((metric) => ({ metric, value: [0, "1"] })) }) },
  });
  const matches = await screen.findByLabelText("How the sides match");
  expect(matches.textContent).toBe('On both sides1 groupOnly on the left1job="y"');
  expect(screen.getByText(/^Calculates; series on both sides belong together/)).toBeTruthy();
});
