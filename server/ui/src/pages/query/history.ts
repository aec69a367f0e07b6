/** The expressions that were run in this browser, newest first. */
const key = "kube-monitoring-stack.queries";
const limit = 100;

export function queryHistory(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter((e): e is string => typeof e === "string") : [];
  } catch {
    return [];
  }
}

export function remember(expr: string): void {
  if (expr.trim() === "") return;
  store([expr, ...queryHistory().filter((e) => e !== expr)].slice(0, limit));
}

export function forgetHistory(): void {
  store([]);
}

function store(list: string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(list));
  } catch {
    // Without storage there is no history.
  }
}
