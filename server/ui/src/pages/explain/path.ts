import type { Labels } from "../../promql/series.ts";

/** The address of the explanation of what was discovered: by its name in the cluster, if it has one. */
export function explainPath(discovered: Labels): string {
  const meta = (name: string) => discovered[`__meta_kubernetes_${name}`];
  const namespace = meta("namespace");
  const pod = meta("pod_name") ?? (meta("endpointslice_address_target_kind") === "Pod" ? meta("endpointslice_address_target_name") : undefined);
  const target =
    namespace !== undefined && pod !== undefined ? `pod/${namespace}/${pod}` : meta("node_name") !== undefined && namespace === undefined ? `node/${meta("node_name")}` : (discovered["__address__"] ?? "");
  return `/explain?target=${encodeURIComponent(target)}`;
}
