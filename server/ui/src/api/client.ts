/** Calls Prometheus' API v1, wherever the pages are mounted. */

/** What every URL of the server is relative to; the server sets it by <base>. */
export const base = new URL(".", document.baseURI);

/** The path of the pages' root, without the last slash: "" or "/prefix". */
export const basePath = base.pathname.replace(/\/$/, "");

export type Params = Record<string, string | number | boolean | readonly string[] | undefined>;

/** What the server said instead of an answer. */
export class ApiError extends Error {
  readonly status: number;
  /** Prometheus' errorType: "bad_data", "timeout", "execution" … */
  readonly type: string;

  constructor(message: string, status: number, type: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.type = type;
  }
}

export interface Answer<T> {
  data: T;
  warnings: string[];
  infos: string[];
}

interface Envelope<T> {
  status: "success" | "error";
  data?: T;
  error?: string;
  errorType?: string;
  warnings?: string[];
  infos?: string[];
}

export function search(params: Params): URLSearchParams {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (typeof value === "object") for (const one of value) out.append(name, one);
    else out.append(name, String(value));
  }
  return out;
}

export function url(path: string, params: Params = {}): URL {
  const out = new URL(path, base);
  out.search = search(params).toString();
  return out;
}

/** Asks for api/v1/<path>. */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<Answer<T>> {
  return read<T>(await request(url(`api/v1/${path}`, params), { signal: signal ?? null }));
}

/** Asks for api/v1/<path> with the parameters as a form: expressions outgrow URLs. */
export async function post<T>(path: string, params: Params, signal?: AbortSignal): Promise<Answer<T>> {
  return read<T>(await request(url(`api/v1/${path}`), { method: "POST", body: search(params), signal: signal ?? null }));
}

async function request(target: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, { ...init, headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("The server does not answer.", 0, "unreachable");
  }
}

async function read<T>(response: Response): Promise<Answer<T>> {
  let body: Envelope<T>;
  try {
    body = (await response.json()) as Envelope<T>;
  } catch {
    throw new ApiError(`${response.status} ${response.statusText || "without an answer in JSON"}`, response.status, "transport");
  }
  if (body.status !== "success") {
    throw new ApiError(body.error ?? `${response.status} ${response.statusText}`, response.status, body.errorType ?? "");
  }
  return { data: body.data as T, warnings: body.warnings ?? [], infos: body.infos ?? [] };
}
