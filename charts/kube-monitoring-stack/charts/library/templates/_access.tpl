{{/* The namespaces that drop-ins are taken from, as a YAML list; empty means all. */}}
{{- define "monitoring.access.namespaces" -}}
{{- if or .Values.dropIns.namespaces .Values.global.namespaced -}}
{{- prepend (.Values.dropIns.namespaces | default list) (include "monitoring.namespace" .) | uniq | toYaml -}}
{{- else -}}[]
{{- end -}}
{{- end -}}

{{/*
All roles of a component with a sidecar: root, component; objects, the kinds of monitoring.coreos.com that its sidecar reads; cluster and
namespaced, names of templates with the rules that the component needs itself, everywhere, and in each namespace if rights end there.
Everything is asked for where it is needed: ConfigMaps in the namespaces of drop-ins, Secrets in those that are named for it and nowhere else.
*/}}
{{- define "monitoring.access" -}}
{{- $namespaces := include "monitoring.access.namespaces" .root | fromYamlArray -}}
{{- $everywhere := list -}}
{{- $inEach := include "monitoring.access.dropIns" . | fromYamlArray -}}
{{- if .root.Values.global.namespaced -}}
{{- with .namespaced }}{{ $inEach = concat (include . $.root | fromYamlArray) $inEach }}{{ end -}}
{{- else -}}
{{- with .cluster }}{{ $everywhere = include . $.root | fromYamlArray }}{{ end -}}
{{- if not $namespaces }}{{ $everywhere = concat $everywhere $inEach }}{{ end -}}
{{- end -}}
{{- if $everywhere }}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  {{- include "monitoring.clusterMetadata" . | nindent 2 }}
rules:
  {{- toYaml $everywhere | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  {{- include "monitoring.clusterMetadata" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ include "monitoring.clusterName" . }}
subjects:
  {{- include "monitoring.access.subject" . | nindent 2 }}
{{- end }}
{{- range $namespaces }}
{{- include "monitoring.access.role" (merge (dict "namespace" . "rules" $inEach) $) }}
{{- end }}
{{- $secrets := include "monitoring.access.secrets" . | fromYamlArray }}
{{- range .root.Values.dropIns.secretNamespaces | default list | uniq }}
{{- include "monitoring.access.role" (merge (dict "namespace" . "suffix" "secrets" "rules" $secrets) $) }}
{{- end }}
{{- end -}}

{{/* A Role and its binding: root, component, namespace, rules; suffix of their names. In a foreign namespace the names tell whose they are. */}}
{{- define "monitoring.access.role" -}}
{{- $name := include "monitoring.componentName" . -}}
{{- if ne .namespace (include "monitoring.namespace" .root) }}{{ $name = include "monitoring.clusterName" . }}{{ end -}}
{{- $name = list $name .suffix | compact | join "-" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "monitoring.metadata" (merge (dict "name" $name) .) | nindent 2 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "monitoring.metadata" (merge (dict "name" $name) .) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
  {{- include "monitoring.access.subject" . | nindent 2 }}
{{- end -}}

{{/* Always in the release's namespace, wherever the Role is. */}}
{{- define "monitoring.access.subject" -}}
- kind: ServiceAccount
  name: {{ include "monitoring.componentName" (dict "root" .root "component" .component) }}
  namespace: {{ include "monitoring.namespace" .root }}
{{- end -}}

{{/* Reading drop-ins, and telling their owners what is wrong with them: root, objects. */}}
{{- define "monitoring.access.dropIns" -}}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- if and .objects .root.Values.dropIns.operatorObjects }}
- apiGroups: [monitoring.coreos.com]
  resources: {{ toJson .objects }}
  verbs: [get, list, watch]
- apiGroups: [monitoring.coreos.com]
  resources:
    {{- range .objects }}
    - {{ . }}/status
    {{- end }}
  verbs: [patch]
{{- end }}
{{- end -}}

{{- define "monitoring.access.secrets" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch]
{{- end -}}
