{{/*
TLS and passwords of server and Alertmanager. Both read one file format, written here into a Secret of their own, and both look at it again with each
connection, so neither a new certificate nor a new password needs a restart. All take: values, those of the component.
*/}}
{{- define "monitoring.web.scheme" -}}
{{- if .values.web.tlsSecret }}https{{ else }}http{{ end -}}
{{- end -}}

{{/* Says "true" if it is protected at all. */}}
{{- define "monitoring.web.on" -}}
{{- if or .values.web.tlsSecret .values.web.users }}true{{ end -}}
{{- end -}}

{{/* The Secret with the file: root, component, values. */}}
{{- define "monitoring.web.secret" -}}
{{- if include "monitoring.web.on" . -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "monitoring.metadata" (merge (dict "name" (printf "%s-web" (include "monitoring.componentName" .))) .) | nindent 2 }}
type: Opaque
stringData:
  web-config.yml: |
    {{- if .values.web.tlsSecret }}
    tls_server_config:
      cert_file: /etc/kube-monitoring-stack-web/tls/tls.crt
      key_file: /etc/kube-monitoring-stack-web/tls/tls.key
    {{- end }}
    {{- with .values.web.users }}
    basic_auth_users:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end -}}
{{- end -}}

{{- define "monitoring.web.mounts" -}}
- name: web-config
  mountPath: /etc/kube-monitoring-stack-web/config
  readOnly: true
{{- if .values.web.tlsSecret }}
- name: web-tls
  mountPath: /etc/kube-monitoring-stack-web/tls
  readOnly: true
{{- end }}
{{- end -}}

{{/* root, component, values. */}}
{{- define "monitoring.web.volumes" -}}
- name: web-config
  secret:
    secretName: {{ include "monitoring.componentName" . }}-web
{{- with .values.web.tlsSecret }}
- name: web-tls
  secret:
    secretName: {{ . }}
{{- end }}
{{- end -}}

{{/*
How the kubelet asks whether a container is well: values, port, path. It has no password, so where one is asked for it can only see whether
somebody listens.
*/}}
{{- define "monitoring.web.probe" -}}
{{- if .values.web.users -}}
tcpSocket:
  port: {{ .port }}
{{- else -}}
httpGet:
  path: {{ include "monitoring.urlPath" .values }}{{ .path }}
  port: {{ .port }}
  {{- if .values.web.tlsSecret }}
  scheme: HTTPS
  {{- end }}
{{- end -}}
{{- end -}}

{{/* What a pod that is a client has to mount: component, values. */}}
{{- define "monitoring.web.client.mount" -}}
{{- if include "monitoring.web.on" . }}
- name: client-{{ .component }}
  mountPath: /etc/kube-monitoring-stack-clients/{{ .component }}
  readOnly: true
{{- end }}
{{- end -}}

{{- define "monitoring.web.client.volume" -}}
{{- if include "monitoring.web.on" . }}
- name: client-{{ .component }}
  projected:
    sources:
      {{- with .values.web.clientSecret }}
      - secret:
          name: {{ . }}
          items:
            - {key: username, path: username}
            - {key: password, path: password}
      {{- end }}
      {{- if .values.web.tlsSecret }}
      - secret:
          name: {{ .values.web.tlsSecret }}
          items:
            - {key: {{ .values.web.caKey }}, path: ca.crt}
      {{- end }}
{{- end }}
{{- end -}}

{{/* How a client reaches it, as Prometheus' http_config: root, component, values. A pod's address is in no certificate, the Service's name is. */}}
{{- define "monitoring.web.client.config" -}}
{{- $dir := printf "/etc/kube-monitoring-stack-clients/%s" .component -}}
{{- if .values.web.users }}
basic_auth:
  username_file: {{ $dir }}/username
  password_file: {{ $dir }}/password
{{- end }}
{{- if .values.web.tlsSecret }}
tls_config:
  ca_file: {{ $dir }}/ca.crt
  server_name: {{ include "monitoring.componentName" . }}.{{ include "monitoring.namespace" .root }}.svc
{{- end }}
{{- end -}}

{{/* The same with the scheme, for scrape jobs and for Alertmanagers. */}}
{{- define "monitoring.web.client" -}}
scheme: {{ include "monitoring.web.scheme" . }}
{{- include "monitoring.web.client.config" . }}
{{- end -}}
