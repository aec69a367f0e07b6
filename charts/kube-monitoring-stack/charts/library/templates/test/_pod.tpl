{{/* It has no password and trusts no authority of one's own, so it cannot ask where either is needed. */}}
{{- define "monitoring.test.on" -}}
{{- $protected := include "monitoring.web.on" (dict "values" .Values.server) -}}
{{- if .Values.alertmanager.enabled }}{{ $protected = or $protected (include "monitoring.web.on" (dict "values" .Values.alertmanager)) }}{{ end -}}
{{- if and .Values.test.enabled (not $protected) (eq .Values.server.mode "server") }}true{{ end -}}
{{- end -}}

{{- define "monitoring.test.pod" -}}
{{- $v := .Values.test -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
containers:
  - name: kmon
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - test
      - --server=http://{{ include "monitoring.componentName" (dict "root" . "component" "server") }}:9090
      {{- if .Values.alertmanager.enabled }}
      - --alertmanager=http://{{ include "monitoring.componentName" (dict "root" . "component" "alertmanager") }}:9093
      {{- end }}
      - --timeout={{ $v.timeout }}
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "test" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
{{- end -}}
