{{- define "monitoring.test.pod" -}}
{{- $v := .Values.test -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "uid" 65534) | nindent 2 }}
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
    {{- with $v.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
{{- end -}}
