{{/* Names, labels and images. Every template takes the root context, or a dict with "root" and what is named beside it. */}}

{{- define "monitoring.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "monitoring.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains (include "monitoring.name" .) .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "monitoring.name" .) -}}
{{- end -}}
{{- end -}}

{{/*
The name of a component's objects: root, component. At most 52 characters, because a StatefulSet's name plus 11 becomes a label of its
pods. What does not fit is cut and replaced by a hash, so that two long release names stay apart.
*/}}
{{- define "monitoring.componentName" -}}
{{- $full := include "monitoring.fullname" .root -}}
{{- $room := sub 51 (len .component) | int -}}
{{- if gt (len $full) $room -}}
{{- $full = printf "%s-%s" ($full | trunc (sub $room 7 | int) | trimSuffix "-") (sha256sum $full | trunc 6) -}}
{{- end -}}
{{- printf "%s-%s" $full .component -}}
{{- end -}}

{{/* The name of a component's cluster-wide objects: root, component. */}}
{{- define "monitoring.clusterName" -}}
{{- printf "%s-%s" (include "monitoring.namespace" .root) (include "monitoring.componentName" .) -}}
{{- end -}}

{{- define "monitoring.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "monitoring.selectorLabels" -}}
app.kubernetes.io/name: {{ include "monitoring.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Labels of an object: root, component. */}}
{{- define "monitoring.labels" -}}
{{ include "monitoring.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kube-monitoring-stack
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The metadata of a namespaced object: root, component; name, labels and annotations if they differ. */}}
{{- define "monitoring.metadata" -}}
name: {{ .name | default (include "monitoring.componentName" .) }}
namespace: {{ .namespace | default (include "monitoring.namespace" .root) }}
{{ include "monitoring.metadataRest" . }}
{{- end -}}

{{/* The metadata of a cluster-wide object. */}}
{{- define "monitoring.clusterMetadata" -}}
name: {{ include "monitoring.clusterName" . }}
{{ include "monitoring.metadataRest" . }}
{{- end -}}

{{- define "monitoring.metadataRest" -}}
labels:
  {{- include "monitoring.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge dict (.annotations | default dict) (.root.Values.commonAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* An image reference: root, image. */}}
{{- define "monitoring.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $path := list $registry .image.repository | compact | join "/" -}}
{{- if .image.digest }}{{ $path }}@{{ .image.digest }}{{ else }}{{ $path }}:{{ .image.tag }}{{ end -}}
{{- end -}}

{{/*
A pod template: root, component, values; labels, if it has more of them; spec, the name of the template that writes the pod's spec; checksum, text that must restart the pods when
it changes; node, true for pods that belong to every node. Merged into the spec are `global.pod`, but for those, and the component's `pod`.
*/}}
{{- define "monitoring.podTemplate" -}}
{{- $spec := include .spec .root | fromYaml -}}
{{- if hasKey $spec "Error" }}{{ fail (printf "%s: %s" .spec $spec.Error) }}{{ end -}}
{{- with .root.Values.global.imagePullSecrets }}{{ $_ := set $spec "imagePullSecrets" . }}{{ end -}}
{{- if not .node -}}
{{- /* A cluster may have Windows nodes, and these images do not run there. */ -}}
{{- $_ := set $spec "nodeSelector" (dict "kubernetes.io/os" "linux") -}}
{{- $spec = include "monitoring.merge" (dict "base" $spec "over" .root.Values.global.pod) | fromYaml -}}
{{- end -}}
metadata:
  labels:
    {{- /* Not the chart's version: a new one must not restart pods that are the same. */}}
    {{- include "monitoring.selectorLabels" . | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $annotations := merge dict (.values.podAnnotations | default dict) (.root.Values.commonAnnotations | default dict) }}
  {{- with .checksum }}{{ $_ := set $annotations "checksum/config" (sha256sum .) }}{{ end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "monitoring.merge" (dict "base" $spec "over" .values.pod) | nindent 2 }}
{{- end -}}

{{/* What every container but node-exporter's may do: nothing. */}}
{{- define "monitoring.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What every pod but node-exporter's runs as: root; uid, the user and group, which OpenShift chooses itself. */}}
{{- define "monitoring.podSecurityContext" -}}
runAsNonRoot: true
{{- if ne (include "monitoring.platform" .root) "openshift" }}
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/*
The environment of a program of Go whose heap is a few MiB: collecting its garbage twice as often costs nothing to speak of. It takes
the value extraEnv, which may say otherwise.
*/}}
{{- define "monitoring.smallHeapEnv" -}}
{{- $said := false }}
{{- range . }}
{{- if eq .name "GOGC" }}
{{- $said = true }}
{{- end }}
{{- end }}
{{- if not $said }}
- name: GOGC
  value: "50"
{{- end }}
{{- with . }}
{{ toYaml . }}
{{- end }}
{{- end }}
