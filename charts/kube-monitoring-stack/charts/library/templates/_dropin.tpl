{{/* The name of the release, by which drop-ins can be addressed to it alone. A label's value has at most 63 characters. */}}
{{- define "monitoring.release" -}}
{{- $name := printf "%s.%s" (include "monitoring.namespace" .) (include "monitoring.fullname" .) -}}
{{- if gt (len $name) 63 }}{{ $name = printf "%s-%s" ($name | trunc 56 | trimSuffix "-" | trimSuffix ".") (sha256sum $name | trunc 6) }}{{ end -}}
{{- default $name .Values.dropIns.release -}}
{{- end -}}

{{/* The labels that make a ConfigMap a drop-in of this release and of no other: root, kind. */}}
{{- define "monitoring.dropInLabels" -}}
kube-monitoring-stack.io/drop-in: {{ .kind }}
kube-monitoring-stack.io/release: {{ include "monitoring.release" .root | quote }}
{{- end -}}
