import { fireEvent, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { showPage } from "../../testing/page.tsx";
import { HistogramView } from "./HistogramView.tsx";
import { forgetHistory, queryHistory, remember } from "./history.ts";
import { HistoryDialog } from "./HistoryDialog.tsx";
import { Legend } from "./Legend.tsx";
import { TableView } from "./TableView.tsx";
import { ExprTree } from "./tree/ExprTree.tsx";

test("a table shows vectors, ranges and scalars", () => {
  const { rerender } = showPage(<TableView result={{ resultType: "vector", result: [{ metric: { __name__: "up", job: "a" }, value: [0, "1"] }] }} />);
  expect(screen.getByRole("row").textContent).toContain('up{job="a"}');
  rerender(<TableView result={{ resultType: "matrix", result: [{ metric: {}, values: [[0, "1"], [15, "2"]] }] }} />);
  expect(screen.getByRole("row").textContent).toContain("2 @ ");
  rerender(<TableView result={{ resultType: "scalar", result: [0, "42"] }} />);
  expect(screen.getByRole("row").textContent).toContain("scalar42");
  rerender(<TableView result={{ resultType: "vector", result: [] }} />);
  expect(screen.getByText("No series")).toBeTruthy();
});

test("a native histogram shows its count, its sum and its buckets", () => {
  showPage(<HistogramView histogram={{ count: "10", sum: "3.5", buckets: [[0, "-Inf", "0.5", "4"], [0, "0.5", "1", "6"]] }} />);
  expect(screen.getByRole("img", { name: "2 buckets" })).toBeTruthy();
  expect(screen.getByTitle("(0.5, 1]: 6")).toBeTruthy();
  expect(screen.getByText("below 0.5")).toBeTruthy();
  expect([...document.querySelectorAll("details tr")].map((r) => r.textContent)).toEqual(["(-Inf, 0.5]4", "(0.5, 1]6"]);
});

test("history keeps the newest first, once each", () => {
  remember("a");
  remember("b");
  remember("a");
  remember("  ");
  expect(queryHistory()).toEqual(["a", "b"]);
  localStorage.setItem("kube-monitoring-stack.queries", "{broken");
  expect(queryHistory()).toEqual([]);
  forgetHistory();
});

test("history is searched and picked from", () => {
  remember("up == 0");
  remember("rate(x[5m])");
  const picked: string[] = [];
  showPage(<HistoryDialog onClose={() => picked.push("closed")} onPick={(e) => picked.push(e)} />);
  fireEvent.change(screen.getByLabelText("Filter expressions"), { target: { value: "UP" } });
  const items = screen.getAllByRole("listitem", { hidden: true });
  expect(items).toHaveLength(1);
  const [item] = items;
  fireEvent.click(item?.querySelector("button") as HTMLButtonElement);
  expect(picked).toEqual(["closed", "up == 0"]);
});

test("a legend's click shows one line alone, with Ctrl it takes one away", () => {
  const picked: [number, boolean][] = [];
  showPage(<Legend series={[{ name: "a", color: "red", values: [] }, { name: "b", color: "blue", values: [], hidden: true }]} labels={[{ __name__: "a" }, { __name__: "b" }]} near={null} onHover={() => undefined} onPick={(i, only) => picked.push([i, only])} />);
  fireEvent.click(screen.getByText("a"));
  fireEvent.click(screen.getByText("b"), { ctrlKey: true });
  expect(picked).toEqual([[0, true], [1, false]]);
});

test("the tree asks each part alone and says where nothing is left", async () => {
  showPage(<ExprTree expr="sum(none) / up" timeMs={null} onPick={() => undefined} detailed />, {
    answers: { query: (p: URLSearchParams) => ({ resultType: "vector", result: p.get("query") === "up" ? [{ metric: { job: "a" }, value: [0, "1"] }, { metric: { job: "b" }, value: [0, "1"] }] : [] }) },
  });
  expect(await screen.findByText("2 series")).toBeTruthy();
  expect(await screen.findAllByText("nothing")).toHaveLength(3);
});
