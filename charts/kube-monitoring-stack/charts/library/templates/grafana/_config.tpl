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
  {{- /* The sidecar logs in to announce what is new; without it nobody needs to. */}}
  disable_initial_admin_creation: {{ not (or $admin $v.sidecar) }}
auth.anonymous:
  enabled: {{ $anonymous }}
  org_role: Viewer
  hide_version: true
users:
  allow_sign_up: false
  default_theme: system
{{- with include "monitoring.externalUrl" (dict "values" $v) }}
server:
  root_url: {{ . }}
  serve_from_sub_path: {{ not (empty ((urlParse .).path | trimAll "/")) }}
{{- end }}
{{- end -}}

{{- define "monitoring.grafana.ini" -}}
{{- $settings := mergeOverwrite (include "monitoring.grafana.settings" . | fromYaml) (.Values.grafana.config | default dict | deepCopy) -}}
{{- range $section, $keys := $settings -}}
[{{ $section }}]
{{- range $key, $value := $keys }}
{{ $key }} = {{ $value }}
{{- end }}
{{ end }}
{{- end -}}

{{- define "monitoring.grafana.datasources" -}}
{{- $server := dict "root" . "component" "server" "values" .Values.server -}}
{{- $alertmanager := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
{{- $namespace := include "monitoring.namespace" . -}}
apiVersion: 1
prune: true
datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    isDefault: true
    {{- if .Values.thanosQuerier.enabled }}
    url: {{ include "monitoring.thanosQuerier.url" . }}
    {{- else }}
    url: {{ include "monitoring.web.scheme" $server }}://{{ include "monitoring.componentName" $server }}.{{ $namespace }}.svc:9090{{ include "monitoring.urlPath" .Values.server }}
    {{- include "monitoring.grafana.credentials" $server | nindent 4 }}
    {{- end }}
    jsonData:
      httpMethod: POST
      prometheusType: {{ ternary "Thanos" "Prometheus" .Values.thanosQuerier.enabled }}
      timeInterval: {{ .Values.server.scrapeInterval }}
      {{- if and .Values.server.web.tlsSecret (not .Values.thanosQuerier.enabled) }}
      tlsAuthWithCACert: true
      {{- end }}
  {{- if .Values.alertmanager.enabled }}
  - name: Alertmanager
    uid: alertmanager
    type: alertmanager
    access: proxy
    url: {{ include "monitoring.web.scheme" $alertmanager }}://{{ include "monitoring.componentName" $alertmanager }}.{{ $namespace }}.svc:9093{{ include "monitoring.urlPath" .Values.alertmanager }}
    {{- include "monitoring.grafana.credentials" $alertmanager | nindent 4 }}
    jsonData:
      implementation: prometheus
      handleGrafanaManagedAlerts: false
      {{- if .Values.alertmanager.web.tlsSecret }}
      tlsAuthWithCACert: true
      {{- end }}
  {{- end }}
  {{- with .Values.grafana.datasources }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* What Grafana needs to log in to a component: component, values. It reads the files itself. */}}
{{- define "monitoring.grafana.credentials" -}}
{{- $dir := printf "/etc/kube-monitoring-stack-clients/%s" .component -}}
{{- if .values.web.users }}
basicAuth: true
basicAuthUser: $__file{ {{- $dir }}/username}
{{- end }}
{{- if include "monitoring.web.on" . }}
secureJsonData:
  {{- if .values.web.users }}
  basicAuthPassword: $__file{ {{- $dir }}/password}
  {{- end }}
  {{- if .values.web.tlsSecret }}
  tlsCACert: $__file{ {{- $dir }}/ca.crt}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "monitoring.grafana.dashboards" -}}
apiVersion: 1
providers:
  - name: kube-monitoring-stack
    folder: {{ .Values.dashboards.folder | quote }}
    type: file
    allowUiUpdates: false
    options:
      path: /var/lib/kube-monitoring-stack/dashboards
{{- end -}}
