/** What somebody asks about: a pod, a Service, a node, an address. */
import type { Labels } from "../../promql/series.ts";

export type Subject =
  | { kind: "pod" | "service"; namespace: string; name: string }
  | { kind: "node"; name: string }
  | { kind: "address"; address: string };

/** Reads "pod/ns/name", "service/ns/name", "node/name" or an address; null for an empty text. */
export function parseSubject(text: string): Subject | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const parts = trimmed.split("/");
  const kind = (parts[0] ?? "").toLowerCase();
  const [, second = "", third = ""] = parts;
  if (parts.length === 3 && /^pods?$/.test(kind)) return { kind: "pod", namespace: second, name: third };
  if (parts.length === 3 && /^(services?|svc)$/.test(kind)) return { kind: "service", namespace: second, name: third };
  if (parts.length === 2 && /^nodes?$/.test(kind)) return { kind: "node", name: second };
  return { kind: "address", address: trimmed };
}

/** The form that parseSubject reads. */
export function subjectText(s: Subject): string {
  switch (s.kind) {
    case "address":
      return s.address;
    case "node":
      return `node/${s.name}`;
    default:
      return `${s.kind}/${s.namespace}/${s.name}`;
  }
}

/** Whether what was discovered is, or belongs to, what was asked about. */
export function isAbout(subject: Subject, labels: Labels): boolean {
  const meta = (name: string) => labels[`__meta_kubernetes_${name}`];
  switch (subject.kind) {
    case "pod":
      return (
        meta("namespace") === subject.namespace &&
        (meta("pod_name") === subject.name ||
          (meta("endpointslice_address_target_kind") === "Pod" && meta("endpointslice_address_target_name") === subject.name) ||
          (meta("endpoint_address_target_kind") === "Pod" && meta("endpoint_address_target_name") === subject.name))
      );
    case "service":
      return meta("namespace") === subject.namespace && meta("service_name") === subject.name;
    case "node":
      return meta("node_name") === subject.name || meta("pod_node_name") === subject.name;
    case "address": {
      const address = labels["__address__"] ?? "";
      return address === subject.address || address.replace(/:\d+$/, "") === subject.address;
    }
  }
}
