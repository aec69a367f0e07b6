{{/* alertmanager.yml when there is no other: everything is seen in Alertmanager, nothing leaves it. */}}
{{- define "monitoring.alertmanager.config" -}}
{{- if .Values.alertmanager.config -}}
{{- $config := deepCopy .Values.alertmanager.config -}}
{{- if and .Values.alertmanager.templates (not $config.templates) }}{{ $_ := set $config "templates" (list "/etc/alertmanager/*.tmpl") }}{{ end -}}
{{- toYaml $config -}}
{{- else -}}
route:
  receiver: none
  group_by: [cluster, namespace, alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 12h
receivers:
  # Shown in the web page, sent nowhere.
  - name: none
inhibit_rules:
  # A critical alert holds back what says the same with less weight.
  - source_matchers: [severity="critical"]
    target_matchers: [severity=~"warning|info"]
    equal: [cluster, namespace, alertname]
  - source_matchers: [severity="warning"]
    target_matchers: [severity="info"]
    equal: [cluster, namespace, alertname]
  # A node that is gone explains that its kubelet does not answer.
  - source_matchers: [alertname=~"KubeNodeNotReady|KubeNodeUnreachable"]
    target_matchers: [alertname=~"KubeletInstanceUnreachable|KubeNodeReadinessFlapping"]
    equal: [cluster, node]
  # What is worth knowing beside something worse is told to nobody without it.
  - source_matchers: [alertname="InfoInhibitor"]
    target_matchers: [severity="info"]
    equal: [cluster, namespace]
  # It is no fault itself, and no team's route is to send it.
  - source_matchers: [alertname="Watchdog"]
    target_matchers: [alertname="InfoInhibitor"]
{{- end -}}
{{- end -}}

{{/* All files of Alertmanager's Secret: alertmanager.yml and the templates of messages beside it, as a YAML map. */}}
{{- define "monitoring.alertmanager.files" -}}
alertmanager.yml: |
  {{- include "monitoring.alertmanager.config" . | nindent 2 }}
{{- with .Values.alertmanager.templates }}
{{ toYaml . }}
{{- end }}
{{- end -}}
