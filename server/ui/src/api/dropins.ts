/** The answer of /status/dropins. */
import { useMemo } from "react";
import { useApi } from "./useApi.ts";

export interface Ref {
  namespace: string;
  name: string;
  key: string;
}

export type Kind = "scrape" | "rules" | "dashboard" | "datasource" | "alertmanager";
export type State = "active" | "pending" | "stale" | "rejected" | "shadowed";

export interface Problem {
  ref: Ref;
  kind: Kind;
  /** 1-based within the key's value; absent when not known. */
  line?: number;
  code: string;
  message: string;
  remedy?: string;
  /** The lines around the one at fault, as the author wrote them. */
  excerpt?: { first: number; lines: string[] };
}

/** What a drop-in's targets cost the server. */
export interface Cost {
  /** The drop-in's Ref, or the name of a job of the base configuration. */
  owner: string;
  dropIn?: Ref;
  targets: number;
  /** Series of the last scrapes, and how many it may have; no budget is no limit. */
  series: number;
  budget?: number;
  /** Series that were refused since they would have gone over the budget. */
  refused: number;
  samplesPerSecond: number;
}

export interface DropIn {
  ref: Ref;
  kind?: Kind;
  state: State;
  since?: string;
  /** The newest resourceVersion seen, and the one in use. */
  version?: string;
  running?: string;
  problems?: Problem[];
  cost?: Cost;
}

/** A published file: what is in use, whatever the sidecar says. */
interface Item {
  ref: Ref;
  kind: Kind;
  version?: string;
  stale?: boolean;
}

/** The answer as the server gives it. */
export interface DropInsAnswer {
  digest: string;
  /** The server could not start with the current generation. */
  fallback?: { running: string; reason: string };
  items: Item[];
  costs?: Cost[];
  /** What the sidecar last reported; absent without one. */
  sidecar?: { synced: boolean; error?: string; dropIns: DropIn[] };
}

export interface DropIns {
  /** The generation in use. */
  digest: string;
  /** Why the newest set is not in use. */
  error?: string;
  synced: boolean;
  dropIns: DropIn[];
  /** Of drop-ins and of the base configuration's jobs, the most expensive first. */
  costs: Cost[];
}

/** Puts together what is in use and what the sidecar knows of newer edits. */
export function readDropIns(answer: DropInsAnswer): DropIns {
  const costs = new Map((answer.costs ?? []).map((c) => [c.owner, c]));
  const reported = answer.sidecar?.dropIns ?? [];
  const known = new Set(reported.map((d) => refString(d.ref)));
  const running = answer.items
    .filter((it) => !known.has(refString(it.ref)))
    .map((it): DropIn => ({ ref: it.ref, kind: it.kind, state: it.stale ? "stale" : "active", ...(it.version !== undefined && { running: it.version }) }));
  const dropIns = [...reported, ...running].map((d) => {
    const cost = costs.get(refString(d.ref));
    return cost ? { ...d, cost } : d;
  });
  const fallback = answer.fallback && `The server runs ${answer.fallback.running}: ${answer.fallback.reason}`;
  const error = fallback ?? answer.sidecar?.error;
  return { digest: answer.digest, synced: answer.sidecar?.synced ?? true, dropIns, costs: answer.costs ?? [], ...(error && { error }) };
}

export function refString(ref: Ref): string {
  return `${ref.namespace}/${ref.name}/${ref.key}`;
}

/** All drop-ins. A server without drop-ins answers 404, which is an error here. */
export function useDropIns() {
  return useApi<DropInsAnswer, DropIns>("status/dropins", {}, { every: 15_000, select: readDropIns });
}

/** The kinds and states that mean somebody has to act. */
export function needsCare(d: DropIn): boolean {
  return d.state !== "active" && d.state !== "pending";
}

/** Whose a rule group's file or a scrape pool is; undefined for the base configuration's. */
export type OwnerOf = (name: string) => Ref | undefined;

/**
 * A pool is named "<Ref>/<job>" and a group's file is the Ref, but the base
 * configuration may hold names with as many slashes: only a Ref that exists is an owner.
 */
export function useOwners(): OwnerOf {
  const { data } = useDropIns();
  return useMemo(() => {
    const refs = new Map((data?.dropIns ?? []).map((d) => [refString(d.ref), d.ref]));
    return (name) => refs.get(name.split("/", 3).join("/"));
  }, [data]);
}

/** The job's name as its author wrote it. */
export function poolJob(pool: string, owner: Ref | undefined): string {
  return owner ? pool.slice(refString(owner).length + 1) : pool;
}
