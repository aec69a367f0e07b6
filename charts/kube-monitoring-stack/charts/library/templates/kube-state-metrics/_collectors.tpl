{{/*
Each kind of object that kube-state-metrics may watch, and its API group. Its arguments and its permissions both come from the value `collectors`,
so it is never allowed what it does not watch. Secrets are not offered.
*/}}
{{- define "monitoring.kubeStateMetrics.groups" -}}
certificatesigningrequests: certificates.k8s.io
configmaps: ""
cronjobs: batch
daemonsets: apps
deployments: apps
endpointslices: discovery.k8s.io
horizontalpodautoscalers: autoscaling
ingresses: networking.k8s.io
ingressclasses: networking.k8s.io
jobs: batch
leases: coordination.k8s.io
limitranges: ""
mutatingwebhookconfigurations: admissionregistration.k8s.io
namespaces: ""
networkpolicies: networking.k8s.io
nodes: ""
persistentvolumeclaims: ""
persistentvolumes: ""
poddisruptionbudgets: policy
pods: ""
replicasets: apps
replicationcontrollers: ""
resourcequotas: ""
serviceaccounts: ""
services: ""
statefulsets: apps
storageclasses: storage.k8s.io
validatingwebhookconfigurations: admissionregistration.k8s.io
volumeattachments: storage.k8s.io
{{- end -}}

{{/* Kinds that are in no namespace: nobody without rights to the whole cluster may list them. */}}
{{- define "monitoring.kubeStateMetrics.clusterWide" -}}
[certificatesigningrequests, ingressclasses, mutatingwebhookconfigurations, namespaces, nodes, persistentvolumes, storageclasses, validatingwebhookconfigurations, volumeattachments]
{{- end -}}

{{/* What it watches, as a YAML list. */}}
{{- define "monitoring.kubeStateMetrics.resources" -}}
{{- $wanted := .Values.kubeStateMetrics.collectors | default list | uniq | sortAlpha -}}
{{- if .Values.global.namespaced -}}
{{- range include "monitoring.kubeStateMetrics.clusterWide" . | fromYamlArray }}{{ $wanted = without $wanted . }}{{ end -}}
{{- end -}}
{{- toYaml $wanted -}}
{{- end -}}

{{/* The collectors by API group, as YAML: `apps: [daemonsets, deployments]`. */}}
{{- define "monitoring.kubeStateMetrics.collectors" -}}
{{- $groups := include "monitoring.kubeStateMetrics.groups" . | fromYaml -}}
{{- $wanted := dict -}}
{{- range include "monitoring.kubeStateMetrics.resources" . | fromYamlArray -}}
{{- if not (hasKey $groups .) -}}
{{- fail (printf "kubeStateMetrics.collectors: %q cannot be watched; choose among %s" . (keys $groups | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $group := get $groups . -}}
{{- $_ := set $wanted $group (append (get $wanted $group | default list) . | uniq | sortAlpha) -}}
{{- end -}}
{{- toYaml $wanted -}}
{{- end -}}
