{{/* An agent answers no questions. */}}
{{- define "monitoring.test.on" -}}
{{- if and .Values.test.enabled (eq .Values.server.mode "server") }}true{{ end -}}
{{- end -}}

{{- define "monitoring.test.pod" -}}
{{- $v := .Values.test -}}
{{- $server := dict "root" . "component" "server" "values" .Values.server -}}
{{- $alertmanager := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
{{- /* With passwords or TLS it has the files by which every program of the release logs in. */ -}}
{{- $clients := list -}}
{{- if include "monitoring.web.on" $server }}{{ $clients = append $clients $server }}{{ end -}}
{{- if and .Values.alertmanager.enabled (include "monitoring.web.on" $alertmanager) }}{{ $clients = append $clients $alertmanager }}{{ end -}}
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
      {{- range include "monitoring.server.urls" . | fromYamlArray }}
      - --server={{ . }}
      {{- end }}
      {{- if .Values.alertmanager.enabled }}
      - --alertmanager={{ include "monitoring.web.scheme" $alertmanager }}://{{ include "monitoring.componentName" $alertmanager }}:9093{{ include "monitoring.urlPath" .Values.alertmanager }}
      {{- end }}
      {{- range $clients }}
      - --{{ .component }}-http-config=/etc/kube-monitoring-stack-http/{{ .component }}/http-client.yml
      {{- end }}
      - --timeout={{ $v.timeout }}
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "test" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    {{- with $clients }}
    volumeMounts:
      {{- range . }}
      - name: http-{{ .component }}
        mountPath: /etc/kube-monitoring-stack-http/{{ .component }}
        readOnly: true
      {{- include "monitoring.web.client.mount" . | nindent 6 }}
      {{- end }}
    {{- end }}
{{- with $clients }}
volumes:
  {{- range . }}
  - name: http-{{ .component }}
    configMap:
      name: {{ include "monitoring.componentName" . }}
      items:
        - {key: http-client.yml, path: http-client.yml}
  {{- include "monitoring.web.client.volume" . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}
