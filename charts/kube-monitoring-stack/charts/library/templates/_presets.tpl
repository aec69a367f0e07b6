{{/*
Requests and limits by preset. No limit on CPU: it would slow down what nobody else wants. Requests of `small` hold without a preset as well, then
without limits, because a wrong limit is worse than none. A sidecar needs next to nothing, but a server with more rules than CPU leaves it no more than its
share, and only by the sidecar are they changed.
*/}}
{{- define "monitoring.presets" -}}
small:
  server: [100m, 256Mi, 2Gi]
  sidecar: [30m, 32Mi, 128Mi]
  thanosSidecar: [10m, 64Mi, 512Mi]
  thanosQuerier: [50m, 128Mi, 1Gi]
  alertmanager: [10m, 32Mi, 128Mi]
  grafana: [50m, 160Mi, 512Mi]
  kubeStateMetrics: [10m, 48Mi, 256Mi]
  nodeExporter: [20m, 24Mi, 96Mi]
  windowsExporter: [50m, 64Mi, 256Mi]
  blackboxExporter: [10m, 24Mi, 96Mi]
  test: [10m, 16Mi, 64Mi]
medium:
  server: [500m, 4Gi, 8Gi]
  sidecar: [100m, 64Mi, 256Mi]
  thanosSidecar: [50m, 128Mi, 1Gi]
  thanosQuerier: [200m, 512Mi, 4Gi]
  alertmanager: [20m, 64Mi, 256Mi]
  grafana: [100m, 256Mi, 1Gi]
  kubeStateMetrics: [50m, 256Mi, 1Gi]
  nodeExporter: [20m, 32Mi, 128Mi]
  windowsExporter: [50m, 64Mi, 256Mi]
  blackboxExporter: [20m, 32Mi, 128Mi]
  test: [10m, 16Mi, 64Mi]
large:
  server: ["2", 16Gi, 32Gi]
  sidecar: [200m, 128Mi, 512Mi]
  thanosSidecar: [100m, 256Mi, 2Gi]
  thanosQuerier: ["1", 2Gi, 16Gi]
  alertmanager: [50m, 128Mi, 512Mi]
  grafana: [250m, 512Mi, 2Gi]
  kubeStateMetrics: [200m, 1Gi, 4Gi]
  nodeExporter: [50m, 48Mi, 192Mi]
  windowsExporter: [100m, 96Mi, 384Mi]
  blackboxExporter: [50m, 64Mi, 256Mi]
  test: [10m, 16Mi, 64Mi]
{{- end -}}

{{/* The resources of a container: root; what, a key of the presets; resources, the value, which is all there is unless it is empty. */}}
{{- define "monitoring.resources" -}}
{{- if .resources -}}
{{- toYaml .resources -}}
{{- else -}}
{{- $preset := .root.Values.global.preset -}}
{{- $row := get (get (include "monitoring.presets" . | fromYaml) ($preset | default "small")) .what -}}
requests:
  cpu: {{ index $row 0 }}
  memory: {{ index $row 1 }}
{{- if $preset }}
limits:
  memory: {{ index $row 2 }}
{{- end }}
{{- end -}}
{{- end -}}
