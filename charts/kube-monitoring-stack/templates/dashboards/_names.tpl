{{/* The dashboards to install, by file name without .json, as a YAML list. */}}
{{- define "monitoring.dashboards.names" -}}
{{- $names := list -}}
{{- if .Values.dashboards.enabled -}}
{{- range $path, $_ := .Subcharts.content.Files.Glob "dashboards/*.json" -}}
{{- $name := base $path | trimSuffix ".json" -}}
{{- if not (has $name $.Values.dashboards.disabled) }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end -}}

{{/* The ConfigMap of a dashboard: root, name. */}}
{{- define "monitoring.dashboards.configMap" -}}
{{- include "monitoring.componentName" (dict "root" .root "component" (printf "dashboard-%s" .name)) -}}
{{- end -}}
