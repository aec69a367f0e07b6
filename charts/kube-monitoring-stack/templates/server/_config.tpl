{{/* prometheus.yml without jobs and rules: those are drop-ins. */}}
{{- define "monitoring.server.config" -}}
{{- $v := .Values.server -}}
{{- $labels := deepCopy $v.externalLabels -}}
{{- with .Values.global.clusterName }}{{ $_ := set $labels "cluster" . }}{{ end -}}
{{- $replicated := gt (int $v.replicas) 1 -}}
{{- /* Tells replicas apart where their samples meet. The server puts the pod's name in. */ -}}
{{- if $replicated }}{{ $_ := set $labels "prometheus_replica" "${POD_NAME}" }}{{ end -}}
{{- $global := dict "scrape_interval" $v.scrapeInterval "evaluation_interval" $v.evaluationInterval -}}
{{- if $labels }}{{ $_ := set $global "external_labels" $labels }}{{ end -}}
{{- $config := dict "global" $global -}}
{{- $alertmanagers := list -}}
{{- if .Values.alertmanager.enabled -}}
{{- $alertmanagers = append $alertmanagers (include "monitoring.alertmanager.client" . | fromYaml) -}}
{{- end -}}
{{- $alerting := dict -}}
{{- with concat $alertmanagers $v.alertmanagers }}{{ $_ := set $alerting "alertmanagers" . }}{{ end -}}
{{- if $replicated -}}
{{- /* Alertmanager takes the same alert of two replicas for one only if it looks the same. */ -}}
{{- $_ := set $alerting "alert_relabel_configs" (list (dict "action" "labeldrop" "regex" "prometheus_replica")) -}}
{{- end -}}
{{- with $alerting }}{{ $_ := set $config "alerting" . }}{{ end -}}
{{- with $v.remoteWrite }}{{ $_ := set $config "remote_write" . }}{{ end -}}
{{- mergeOverwrite $config (deepCopy $v.config) | toYaml -}}
{{- end -}}

{{/* Each replica by its own name: every one must hear of every alert, ready or not. */}}
{{- define "monitoring.alertmanager.client" -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "alertmanager") -}}
{{- $namespace := include "monitoring.namespace" . -}}
static_configs:
  - targets:
      {{- range until (int .Values.alertmanager.replicas) }}
      - {{ $name }}-{{ . }}.{{ $name }}-headless.{{ $namespace }}.svc:9093
      {{- end }}
{{- end -}}
