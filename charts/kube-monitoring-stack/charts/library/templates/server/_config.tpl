{{/* prometheus.yml without jobs and rules: those are drop-ins. */}}
{{- define "monitoring.server.config" -}}
{{- $v := .Values.server -}}
{{- $labels := $v.externalLabels | default dict | deepCopy -}}
{{- with .Values.global.clusterName }}{{ $_ := set $labels "cluster" . }}{{ end -}}
{{- /* Tells replicas apart where their samples meet. The server puts the pod's name in. */ -}}
{{- $replicated := or (gt (int $v.replicas) 1) $v.thanos.enabled -}}
{{- if $replicated }}{{ $_ := set $labels "prometheus_replica" "${POD_NAME}" }}{{ end -}}
{{- $global := merge dict ($v.limits | default dict) (dict "scrape_interval" $v.scrapeInterval) -}}
{{- if $labels }}{{ $_ := set $global "external_labels" $labels }}{{ end -}}
{{- $config := dict "global" $global -}}
{{- if eq $v.mode "server" -}}
{{- $_ := set $global "evaluation_interval" $v.evaluationInterval -}}
{{- with include "monitoring.server.alerting" (dict "root" . "replicated" $replicated) | fromYaml }}{{ $_ := set $config "alerting" . }}{{ end -}}
{{- with $v.remoteRead }}{{ $_ := set $config "remote_read" . }}{{ end -}}
{{- end -}}
{{- with $v.remoteWrite }}{{ $_ := set $config "remote_write" . }}{{ end -}}
{{- mergeOverwrite $config ($v.config | default dict | deepCopy) | toYaml -}}
{{- end -}}

{{/* Where alerts go: root; replicated, whether there are several that send the same ones. */}}
{{- define "monitoring.server.alerting" -}}
{{- $all := list -}}
{{- if .root.Values.alertmanager.enabled -}}
{{- $all = append $all (include "monitoring.alertmanager.client" .root | fromYaml) -}}
{{- end -}}
{{- $alerting := dict -}}
{{- with concat $all (.root.Values.server.alertmanagers | default list) }}{{ $_ := set $alerting "alertmanagers" . }}{{ end -}}
{{- if .replicated -}}
{{- /* Alertmanager takes the same alert of two replicas for one only if it looks the same. */ -}}
{{- $_ := set $alerting "alert_relabel_configs" (list (dict "action" "labeldrop" "regex" "prometheus_replica")) -}}
{{- end -}}
{{- toYaml $alerting -}}
{{- end -}}

{{/* Each replica by its own name: every one must hear of every alert, ready or not. */}}
{{- define "monitoring.alertmanager.client" -}}
{{- $it := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
{{- $name := include "monitoring.componentName" $it -}}
{{- $namespace := include "monitoring.namespace" . -}}
{{- if include "monitoring.web.on" $it }}
{{ include "monitoring.web.client" $it }}
{{- end }}
{{- with include "monitoring.urlPath" .Values.alertmanager }}
path_prefix: {{ . }}
{{- end }}
static_configs:
  - targets:
      {{- range until (int .Values.alertmanager.replicas) }}
      - {{ $name }}-{{ . }}.{{ $name }}-headless.{{ $namespace }}.svc:9093
      {{- end }}
{{- end -}}
