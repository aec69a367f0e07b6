{{/* What a StatefulSet says about its volume: root, persistence. */}}
{{- define "monitoring.volumeClaim" -}}
{{- with .persistence -}}
{{- if .enabled -}}
{{- with .retentionPolicy -}}
persistentVolumeClaimRetentionPolicy:
  {{- toYaml . | nindent 2 }}
{{ end -}}
volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size }}
{{- end -}}
{{- end -}}
{{- end -}}
