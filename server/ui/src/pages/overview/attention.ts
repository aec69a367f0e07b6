/** What on a running server needs somebody, worst first. */
import type { DropIns } from "../../api/dropins.ts";
import type { Alert, RuleGroup } from "../../api/rules.ts";
import type { Guards, RuntimeInfo } from "../../api/status.ts";
import { count, percent } from "../../format/number.ts";

export interface Attention {
  tone: "bad" | "warn";
  text: string;
  /** The page that says more. */
  to: string;
}

export interface Situation {
  targets?: { up: number; down: number };
  /** Alerts that fire, without those that always do. */
  firing?: Alert[];
  groups?: RuleGroup[];
  dropIns?: DropIns;
  runtime?: RuntimeInfo;
  guards?: Guards;
  /** Bytes resident and the limit the runtime keeps to; 0 is no limit. */
  memory?: { used: number; limit: number };
}

export function attention(s: Situation): Attention[] {
  const out: Attention[] = [];
  const bad = (text: string, to: string) => out.push({ tone: "bad", text, to });
  const warn = (text: string, to: string) => out.push({ tone: "warn", text, to });

  if (s.runtime && !s.runtime.reloadConfigSuccess) bad("The last reload failed: an older configuration is running", "/status");
  if (s.runtime && s.runtime.corruptionCount > 0) bad(`The write-ahead log was corrupt ${count(s.runtime.corruptionCount, "time")}`, "/tsdb-status");
  const { disk, logTorn, quarantine = [], boot } = s.guards ?? {};
  if (disk?.paused) bad(`Nothing is ingested: the disk is down to its reserve${disk.futile ? ", and deleting blocks would not help" : ""}`, "/tsdb-status");
  if (logTorn) bad("Nothing is ingested until a restart: a write to the write-ahead log failed", "/tsdb-status");
  if (quarantine.length > 0) bad(`${count(quarantine.length, "block")} could not be read and ${quarantine.length === 1 ? "was" : "were"} set aside`, "/tsdb-status");
  if (s.dropIns?.error) bad(`The newest set of drop-ins is not in use: ${s.dropIns.error}`, "/drop-ins");

  const critical = s.firing?.filter((a) => a.labels["severity"] === "critical").length ?? 0;
  const other = (s.firing?.length ?? 0) - critical;
  if (critical > 0) bad(`${count(critical, "critical alert")} ${critical === 1 ? "fires" : "fire"}`, "/alerts?state=firing");
  if (other > 0) warn(`${count(other, critical > 0 ? "other alert" : "alert")} ${other === 1 ? "fires" : "fire"}`, "/alerts?state=firing");

  const down = s.targets?.down ?? 0;
  if (down > 0) bad(`${count(down, "target")} ${down === 1 ? "is" : "are"} down`, "/targets?health=down");

  const refused = s.dropIns?.dropIns.filter((d) => d.state === "rejected" || d.state === "shadowed").length ?? 0;
  const stale = s.dropIns?.dropIns.filter((d) => d.state === "stale").length ?? 0;
  if (refused > 0) bad(`${count(refused, "drop-in")} ${refused === 1 ? "is" : "are"} refused`, "/drop-ins?show=care");
  const over = s.dropIns?.costs.filter((c) => c.refused > 0).length ?? 0;
  if (over > 0) bad(`${count(over, "drop-in")} ${over === 1 ? "is over its" : "are over their"} series budget`, "/drop-ins");
  if (stale > 0) warn(`${count(stale, "drop-in")} ${stale === 1 ? "runs" : "run"} an older version, since the newest was refused`, "/drop-ins?show=care");

  const failing = s.groups?.flatMap((g) => g.rules).filter((r) => r.health === "err").length ?? 0;
  if (failing > 0) bad(`${count(failing, "rule")} cannot be evaluated`, "/rules?health=err");
  const slow = s.groups?.filter((g) => g.interval > 0 && g.evaluationTime > g.interval).length ?? 0;
  if (slow > 0) warn(`${count(slow, "rule group")} ${slow === 1 ? "takes" : "take"} longer than its interval`, "/rules");

  if (s.memory && s.memory.limit > 0 && s.memory.used > 0.9 * s.memory.limit) {
    warn(`Memory is at ${percent(s.memory.used / s.memory.limit, 0)} of its limit`, "/status");
  }
  if (boot?.died?.length) warn("The start before this one died while it read the write-ahead log", "/status");
  return out.sort((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"));
}
