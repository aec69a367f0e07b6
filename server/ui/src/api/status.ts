/** The answers of /status/*, /features and /notifications. */

export interface RuntimeInfo {
  startTime: string;
  CWD: string;
  hostname: string;
  serverTime: string;
  reloadConfigSuccess: boolean;
  lastConfigTime: string;
  corruptionCount: number;
  goroutineCount: number;
  GOMAXPROCS: number;
  GOMEMLIMIT: number;
  GOGC: string;
  GODEBUG: string;
  storageRetention: string;
}

export type BuildInfo = Record<"version" | "revision" | "branch" | "buildUser" | "buildDate" | "goVersion", string>;

export interface NameCount {
  name: string;
  value: number;
}

export interface TsdbStatus {
  headStats: { numSeries: number; numLabelPairs: number; chunkCount: number; minTime: number; maxTime: number };
  seriesCountByMetricName: NameCount[] | null;
  labelValueCountByLabelName: NameCount[] | null;
  memoryInBytesByLabelName: NameCount[] | null;
  seriesCountByLabelValuePair: NameCount[] | null;
}

export interface Block {
  ulid: string;
  minTime: number;
  maxTime: number;
  stats?: { numSamples?: number; numSeries?: number; numChunks?: number; numTombstones?: number };
  compaction: { level: number; sources?: string[]; parents?: unknown[] };
}

export interface WalReplay {
  min: number;
  max: number;
  current: number;
}

/** What keeps the server alive; parts are absent where there is no such guard. */
export interface Guards {
  disk?: { total: number; available: number; reserve: number; paused: boolean; futile: boolean };
  /** Queries that are being executed, the most expensive first. */
  queries?: RunningQuery[];
  logTorn?: boolean;
  /** Blocks that could not be read and were set aside. */
  quarantine?: { block: string; minTime: number; maxTime: number; reason: string; since: string }[];
  boot?: { replaying: boolean; died?: unknown[]; reason?: string };
}

export interface RunningQuery {
  query: string;
  kind: string;
  began: string;
  series: number;
  /** What it is expected to need. */
  bytes: number;
}

export interface Notification {
  text: string;
  date: string;
  active: boolean;
}

export type Features = Record<string, Record<string, boolean>>;

/** Protobuf's JSON: 64-bit integers are strings, numbers that JSON lacks too. */
interface MetricFamily {
  name: string;
  metric?: {
    label?: { name: string; value: string }[];
    gauge?: { value?: number | string };
    counter?: { value?: number | string };
    untyped?: { value?: number | string };
  }[];
}

export type SelfMetrics = MetricFamily[];

/** The sum over a family's series, undefined if the server has no such metric. */
export function metricSum(families: SelfMetrics | undefined, name: string): number | undefined {
  const family = families?.find((f) => f.name === name);
  if (!family?.metric) return undefined;
  let sum = 0;
  for (const m of family.metric) sum += Number((m.gauge ?? m.counter ?? m.untyped)?.value ?? 0);
  return sum;
}
