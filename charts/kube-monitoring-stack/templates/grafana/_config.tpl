{{/* grafana.ini as nested dicts, in YAML. */}}
{{- define "monitoring.grafana.settings" -}}
{{- $v := .Values.grafana -}}
{{- $admin := not (empty $v.admin.existingSecret) -}}
{{- $anonymous := $v.anonymous -}}
{{- if kindIs "string" $anonymous }}{{ $anonymous = not $admin }}{{ end -}}
{{- /* Nothing is fetched or reported while running: the cluster may have no way out. */ -}}
analytics:
  reporting_enabled: false
  check_for_updates: false
  check_for_plugin_updates: false
plugins:
  preinstall_disabled: true
log:
  mode: console
security:
  disable_initial_admin_creation: {{ not $admin }}
auth.anonymous:
  enabled: {{ $anonymous }}
  org_role: Viewer
  hide_version: true
users:
  allow_sign_up: false
  default_theme: system
{{- end -}}

{{- define "monitoring.grafana.ini" -}}
{{- $settings := mergeOverwrite (include "monitoring.grafana.settings" . | fromYaml) (deepCopy .Values.grafana.config) -}}
{{- range $section, $keys := $settings -}}
[{{ $section }}]
{{- range $key, $value := $keys }}
{{ $key }} = {{ $value }}
{{- end }}
{{ end }}
{{- end -}}

{{- define "monitoring.grafana.datasources" -}}
{{- $server := include "monitoring.componentName" (dict "root" . "component" "server") -}}
{{- $alertmanager := include "monitoring.componentName" (dict "root" . "component" "alertmanager") -}}
{{- $namespace := include "monitoring.namespace" . -}}
apiVersion: 1
prune: true
datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    isDefault: true
    url: http://{{ $server }}.{{ $namespace }}.svc:9090
    jsonData:
      httpMethod: POST
      prometheusType: Prometheus
      timeInterval: {{ .Values.server.scrapeInterval }}
  {{- if .Values.alertmanager.enabled }}
  - name: Alertmanager
    uid: alertmanager
    type: alertmanager
    access: proxy
    url: http://{{ $alertmanager }}.{{ $namespace }}.svc:9093
    jsonData:
      implementation: prometheus
      handleGrafanaManagedAlerts: false
  {{- end }}
  {{- with .Values.grafana.datasources }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "monitoring.grafana.dashboards" -}}
apiVersion: 1
providers:
  - name: kube-monitoring-stack
    folder: Kubernetes
    type: file
    allowUiUpdates: false
    options:
      path: /var/lib/kube-monitoring-stack/dashboards
{{- end -}}
