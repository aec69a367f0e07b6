{{/* The dashboards to install, by file name without .json, as a YAML list: those on what is scraped. */}}
{{- define "monitoring.dashboards.names" -}}
{{- $names := list -}}
{{- $parts := include "monitoring.dashboards.parts" . | fromYaml -}}
{{- if .Values.dashboards.enabled -}}
{{- range $path, $_ := .Subcharts.content.Files.Glob "dashboards/*.json" -}}
{{- $name := base $path | trimSuffix ".json" -}}
{{- $part := get $parts $name -}}
{{- if and (not (has $name $.Values.dashboards.disabled)) (or (not $part) (include "monitoring.scraped" (dict "root" $ "part" $part))) -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end -}}

{{- define "monitoring.dashboards.parts" -}}
alertmanager: alertmanager
api-server: apiServer
controller-manager: controllerManager
core-dns: coreDns
etcd: etcd
kube-proxy: kubeProxy
kubelet: kubelet
node: nodeExporter
nodes: nodeExporter
scheduler: scheduler
windows: windowsExporter
{{- end -}}

{{/* The ConfigMap of a dashboard: root, name. */}}
{{- define "monitoring.dashboards.configMap" -}}
{{- include "monitoring.componentName" (dict "root" .root "component" (printf "dashboard-%s" .name)) -}}
{{- end -}}

{{/* Says "true" if dashboards are compressed: a Grafana that reads the ConfigMaps as files, without a sidecar, could not read them then. */}}
{{- define "monitoring.dashboards.compressed" -}}
{{- if and .Values.dashboards.compress (or .Values.grafana.sidecar (not .Values.grafana.enabled)) }}true{{ end -}}
{{- end -}}
