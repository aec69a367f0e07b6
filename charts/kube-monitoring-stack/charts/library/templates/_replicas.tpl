{{/*
Keeps replicas on different nodes, and in different zones where there are some: root, component, values. Asked for as well as can be, unless
`spread` is `required`. With labels, those that tell its pods apart from others of the component.
*/}}
{{- define "monitoring.spread" -}}
{{- if gt (int .values.replicas) 1 }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (and (eq $.values.spread "required") (hasPrefix "kubernetes" .)) }}
    labelSelector:
      matchLabels:
        {{- include "monitoring.selectorLabels" $ | nindent 8 }}
        {{- with $.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Lets only one replica at a time be taken away: root, component, values. */}}
{{- define "monitoring.disruptionBudget" -}}
{{- if gt (int .values.replicas) 1 -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "monitoring.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A replica that is broken anyway must not keep a node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "monitoring.selectorLabels" . | nindent 6 }}
{{- end -}}
{{- end -}}

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
