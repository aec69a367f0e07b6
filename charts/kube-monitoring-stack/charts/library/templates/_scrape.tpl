{{/*
The scrape jobs of the stack are drop-ins, as those of any team: one ConfigMap for each component: root, component, values. The template
"monitoring.scrape.<component>" writes the list of jobs; the component's `scrape` value is merged into each. The sidecar adds the cluster's name, as to all drop-ins.
*/}}
{{- define "monitoring.scrapeDropIn" -}}
{{- $root := .root -}}
{{- $jobs := list -}}
{{- range include (printf "monitoring.scrape.%s" .component) .root | fromYamlArray -}}
{{- $job := include "monitoring.metrics.profile" (dict "root" $root "job" .) | fromYaml -}}
{{- $job = mergeOverwrite $job ($.values.scrape | default dict | deepCopy) -}}
{{- $jobs = append $jobs $job -}}
{{- end -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- $name := include "monitoring.componentName" (dict "root" .root "component" (printf "scrape-%s" .component)) }}
  {{- $labels := include "monitoring.dropInLabels" (dict "root" .root "kind" "scrape") | fromYaml }}
  {{- include "monitoring.metadata" (dict "root" .root "component" .component "name" $name "labels" $labels) | nindent 2 }}
data:
  {{ .component }}.yaml: |
    {{- dict "scrape_configs" $jobs | toYaml | nindent 4 }}
{{- end -}}

{{/*
Finds the endpoints of one port of a component's Service, the headless one if stable: root, component, port; with stable true the instance is the pod's name, for
pods that come back under it: their series go on, and are not there twice for some minutes.
*/}}
{{- define "monitoring.scrape.service" -}}
{{- $service := printf "%s%s" (include "monitoring.componentName" .) (ternary "-headless" "" (not (empty .stable))) -}}
kubernetes_sd_configs:
  - role: endpointslice
    namespaces:
      names: [{{ include "monitoring.namespace" .root }}]
relabel_configs:
  - source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_port_name]
    regex: {{ $service }};{{ .port }}
    action: keep
  {{- include "monitoring.scrape.labels" . | nindent 2 }}
  {{- if .stable }}
  - source_labels: [__meta_kubernetes_pod_name]
    target_label: instance
  {{- end }}
{{- end -}}

{{/* Where a component's metrics are, if it answers below a path. Takes its values. */}}
{{- define "monitoring.scrape.path" -}}
{{- with include "monitoring.urlPath" . }}
metrics_path: {{ . }}/metrics
{{- end }}
{{- end -}}

{{/*
What a component's sidecar tells of itself: root, component. What it says of a drop-in carries that drop-in's namespace, so that alerts find its owner.
*/}}
{{- define "monitoring.scrape.sidecar" -}}
- job_name: config-sidecar
  honor_labels: true
  {{- include "monitoring.scrape.service" (merge (dict "port" "http-sidecar" "stable" true) .) | nindent 2 }}
{{- end -}}

{{/*
Finds pods of which each node has one, by their labels, at the first port that they declare: namespace, labels. An instance is a node, as for the kubelet: the two can be
joined, and a restarted pod continues its series. A machine is in no namespace: with one, its alerts would go to whoever owns that namespace.
*/}}
{{- define "monitoring.scrape.nodePods" -}}
kubernetes_sd_configs:
  - role: pod
    namespaces:
      names: [{{ .namespace }}]
relabel_configs:
  {{- range $key, $value := .labels }}
  - source_labels: [__meta_kubernetes_pod_label_{{ regexReplaceAll "[^a-zA-Z0-9_]" $key "_" }}]
    regex: {{ regexQuoteMeta $value }}
    action: keep
  {{- end }}
  - source_labels: [__meta_kubernetes_pod_phase]
    regex: Failed|Succeeded
    action: drop
  - source_labels: [__meta_kubernetes_pod_node_name]
    target_label: instance
  - source_labels: [__meta_kubernetes_pod_node_name]
    target_label: node
{{- end -}}

{{/* The labels that the field expects of a target behind a Service. */}}
{{- define "monitoring.scrape.labels" -}}
{{- /* A pod that has ended is no target that is down. */ -}}
- source_labels: [__meta_kubernetes_pod_phase]
  regex: Failed|Succeeded
  action: drop
- source_labels: [__meta_kubernetes_namespace]
  target_label: namespace
- source_labels: [__meta_kubernetes_service_name]
  target_label: service
- source_labels: [__meta_kubernetes_pod_name]
  target_label: pod
- source_labels: [__meta_kubernetes_pod_node_name]
  target_label: node
- source_labels: [__meta_kubernetes_pod_container_name]
  target_label: container
- source_labels: [__meta_kubernetes_endpointslice_port_name]
  target_label: endpoint
{{- end -}}

{{/* Authenticates with the pod's service account. */}}
{{- define "monitoring.scrape.token" -}}
authorization:
  credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token
{{- end -}}

{{/*
The jobs of a part of the control plane: root, job, values. Its pods are found by their labels; as static pods need not declare ports, the port is put
after each pod's address. Targets of several containers of one pod become one, since they are then equal.
*/}}
{{- define "monitoring.scrape.controlPlane" -}}
{{- $v := .values -}}
- job_name: {{ .job }}
  {{- include "monitoring.scrape.controlPlaneClient" . | nindent 2 }}
  kubernetes_sd_configs:
    - role: pod
      namespaces:
        names: [{{ $v.namespace }}]
  relabel_configs:
    {{- range $key, $value := $v.selector }}
    - source_labels: [__meta_kubernetes_pod_label_{{ regexReplaceAll "[^a-zA-Z0-9_]" $key "_" }}]
      regex: {{ regexQuoteMeta $value }}
      action: keep
    {{- end }}
    - source_labels: [__meta_kubernetes_pod_phase]
      regex: Failed|Succeeded
      action: drop
    - source_labels: [__meta_kubernetes_pod_ip]
      regex: (.+)
      target_label: __address__
      replacement: ${1}:{{ $v.port }}
    # An IPv6 address.
    - source_labels: [__meta_kubernetes_pod_ip]
      regex: (.+:.+)
      target_label: __address__
      replacement: "[${1}]:{{ $v.port }}"
    - source_labels: [__meta_kubernetes_namespace]
      target_label: namespace
    - source_labels: [__meta_kubernetes_pod_name]
      target_label: pod
    - source_labels: [__meta_kubernetes_pod_node_name]
      target_label: node
{{- with $v.endpoints }}
- job_name: {{ $.job }}-endpoints
  {{- include "monitoring.scrape.controlPlaneClient" $ | nindent 2 }}
  static_configs:
    - targets:
        {{- range . }}
        - {{ ternary . (printf "%s:%v" . $v.port) (regexMatch ":[0-9]+$" .) | quote }}
        {{- end }}
  relabel_configs:
    - target_label: job
      replacement: {{ $.job }}
{{- end }}
{{- end -}}

{{- define "monitoring.scrape.controlPlaneClient" -}}
scheme: {{ .values.scheme }}
{{- if eq .values.scheme "https" }}
{{- if not .values.clientCertSecret }}
{{ include "monitoring.scrape.token" . }}
{{- end }}
tls_config:
  {{- if .values.clientCertSecret }}
  ca_file: /etc/kube-monitoring-stack-etcd/ca.crt
  cert_file: /etc/kube-monitoring-stack-etcd/tls.crt
  key_file: /etc/kube-monitoring-stack-etcd/tls.key
  {{- else }}
  ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
  {{- end }}
  {{- with .values.serverName }}
  server_name: {{ . }}
  {{- end }}
  {{- if include "monitoring.insecure" . }}
  insecure_skip_verify: true
  {{- end }}
{{- end }}
{{- end -}}
