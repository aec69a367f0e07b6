{{/*
The kind of cluster. `auto` looks only at what every render in a cluster has, the version and the APIs; it asks for no object, so nothing differs between
a rehearsal and the installation. AKS, kubeadm and kind have nothing of their own there and count as generic.
*/}}
{{- define "monitoring.platform" -}}
{{- $version := .Capabilities.KubeVersion.Version -}}
{{- if ne .Values.global.platform "auto" -}}{{ .Values.global.platform }}
{{- else if .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}openshift
{{- else if contains "-eks-" $version -}}eks
{{- else if contains "-gke." $version -}}gke
{{- else if contains "+k3s" $version -}}k3s
{{- else if contains "+rke2" $version -}}rke2
{{- else -}}generic
{{- end -}}
{{- end -}}

{{/*
Which parts of the cluster cannot be scraped on a platform: the provider runs them out of sight, or they are no pods of their own (k3s), or they ask
for a certificate that nobody but the platform has (OpenShift).
*/}}
{{- define "monitoring.platform.hidden" -}}
eks: [controllerManager, scheduler, etcd]
gke: [controllerManager, scheduler, etcd, kubeProxy, coreDns]
aks: [controllerManager, scheduler, etcd, kubeProxy]
openshift: [controllerManager, scheduler, etcd, kubeProxy, coreDns]
k3s: [controllerManager, scheduler, etcd, kubeProxy]
{{- end -}}

{{/*
Says "true" if a part of the cluster, or an exporter, is scraped: root; part, its values' key. Without rights to the whole cluster none of what belongs
to the cluster is.
*/}}
{{- define "monitoring.scraped" -}}
{{- $values := get .root.Values .part -}}
{{- $enabled := toString $values.enabled -}}
{{- $existing := $values.existing | default dict -}}
{{- if or $existing.labels $existing.service -}}true
{{- else if and (eq $enabled "auto") .root.Values.global.namespaced -}}
{{- else if eq $enabled "auto" -}}
{{- $hidden := get (include "monitoring.platform.hidden" . | fromYaml) (include "monitoring.platform" .root) | default list -}}
{{- if not (has .part $hidden) }}true{{ end -}}
{{- else if eq $enabled "true" -}}true
{{- end -}}
{{- end -}}

{{/* Says "true" if the certificate of a part of the cluster is not to be verified: root, values. On kind kubeadm lets each part sign its own. */}}
{{- define "monitoring.insecure" -}}
{{- $asked := toString .values.insecureSkipVerify -}}
{{- if or (eq $asked "true") (and (eq $asked "auto") (eq (include "monitoring.platform" .root) "kind")) }}true{{ end -}}
{{- end -}}
