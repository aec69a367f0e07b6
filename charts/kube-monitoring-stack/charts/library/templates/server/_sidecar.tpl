{{- define "monitoring.server.sidecarArgs" -}}
- --for=server
- --live-dir=/data/drop-ins
- --reload-url=unix:///run/kube-monitoring-stack/reload.sock
{{- with .Values.global.clusterName }}
- {{ printf "--sample-label=cluster=%s" . | quote }}
{{- end }}
{{- end -}}

{{- define "monitoring.server.sidecarMounts" -}}
- name: data
  mountPath: /data
- name: run
  mountPath: /run/kube-monitoring-stack
{{- end -}}
