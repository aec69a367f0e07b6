{{/*
What values can say that cannot work, or not as meant. Each ends the installation with a sentence that says what to write instead. The schema
has looked at each value alone before.
*/}}
{{- define "monitoring.validate" -}}
{{- $v := .Values -}}
{{- $s := $v.server -}}
{{- if eq $s.mode "agent" -}}
{{- if not $s.remoteWrite -}}
{{- fail "server.mode=agent keeps no samples, and server.remoteWrite says nowhere to send them. Add:\n\nserver:\n  remoteWrite:\n    - url: https://metrics.example.org/api/v1/push\n" -}}
{{- end -}}
{{- if $s.thanos.enabled -}}
{{- fail "server.mode=agent has no samples that Thanos could show. Set server.thanos.enabled=false, and server.remoteWrite to a Thanos receiver." -}}
{{- end -}}
{{- if $v.alertmanager.enabled -}}
{{- fail "server.mode=agent evaluates no rules, so Alertmanager would hear of nothing. Set alertmanager.enabled=false." -}}
{{- end -}}
{{- end -}}
{{- if and $v.thanosQuerier.enabled (not $s.thanos.enabled) -}}
{{- fail "thanosQuerier asks the servers through Thanos' sidecar, which is off. Set server.thanos.enabled=true." -}}
{{- end -}}
{{- if and $s.thanos.objectStorage.existingSecret (not $s.thanos.enabled) -}}
{{- fail "server.thanos.objectStorage is used by Thanos' sidecar, which is off. Set server.thanos.enabled=true." -}}
{{- end -}}
{{- if and $v.server.remoteRead (gt (len $v.server.remoteRead) 0) (eq $s.mode "agent") -}}
{{- fail "server.mode=agent answers no queries. Remove server.remoteRead." -}}
{{- end -}}
{{- if gt (int $s.shards) 1 -}}
{{- if and (eq $s.mode "server") (not $v.thanosQuerier.enabled) -}}
{{- fail "With server.shards each server has some of the samples, and rules, dashboards and users need all of them. Install the querier that has the view over all:\n\nserver:\n  thanos:\n    enabled: true\nthanosQuerier:\n  enabled: true\n\nor let the shards only send samples on, with server.mode=agent." -}}
{{- end -}}
{{- if or $s.receivers.remoteWrite $s.receivers.otlp -}}
{{- fail "server.receivers takes samples at one address, behind which each request would meet another shard. Set server.shards=1, or let senders write to where server.remoteWrite does." -}}
{{- end -}}
{{- if or $s.ingress.enabled $s.route.enabled -}}
{{- fail "With server.shards the pages of a server show a part of everything, and server.ingress and server.route lead to any of them. Use thanosQuerier.ingress or thanosQuerier.route." -}}
{{- end -}}
{{- end -}}
{{- range list "server" "alertmanager" -}}
{{- $c := get $v . -}}
{{- if and $c.web.users (not $c.web.clientSecret) -}}
{{- fail (printf "%s.web.users shuts the stack's own clients out. Make a Secret with one of these names and its password, and name it:\n\n  kubectl -n %s create secret generic %s-login --from-literal=username=%s --from-literal=password=…\n\n%s:\n  web:\n    clientSecret: %s-login\n" . (include "monitoring.namespace" $) . (keys $c.web.users | sortAlpha | first) . .) -}}
{{- end -}}
{{- if and $c.web.clientSecret (not $c.web.users) -}}
{{- fail (printf "%s.web.clientSecret is for logging in, and %s.web.users lets nobody. Add a line of `htpasswd -nBC 10 NAME` to %s.web.users." . . .) -}}
{{- end -}}
{{- if $c.existingSecret | and (or $c.config $c.templates) -}}
{{- fail (printf "%s.existingSecret takes the place of %s.config and %s.templates. Keep one." . . .) -}}
{{- end -}}
{{- end -}}
{{- range list "server" "alertmanager" "grafana" "thanosQuerier" -}}
{{- $c := get $v . -}}
{{- if and $c.ingress.enabled (not $c.ingress.hosts) -}}
{{- fail (printf "%s.ingress.enabled needs a name to be reached under:\n\n%s:\n  ingress:\n    hosts: [%s.example.org]\n" . . (lower .)) -}}
{{- end -}}
{{- if and $c.route.enabled (not $c.route.parentRefs) -}}
{{- fail (printf "%s.route.enabled needs a gateway:\n\n%s:\n  route:\n    parentRefs: [{name: public, namespace: gateways}]\n" . .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.nodeExporter.existing.labels $v.nodeExporter.enabled -}}
{{- fail "nodeExporter.existing.labels names a node-exporter that is there already, and nodeExporter.enabled brings another, on the same port of every node. Set nodeExporter.enabled=false." -}}
{{- end -}}
{{- if and $v.kubeStateMetrics.existing.service $v.kubeStateMetrics.enabled -}}
{{- fail "kubeStateMetrics.existing.service names one that is there already, and kubeStateMetrics.enabled brings another, so everything would be said twice. Set kubeStateMetrics.enabled=false." -}}
{{- end -}}
{{- if and $v.kubeStateMetrics.metricAllowlist $v.kubeStateMetrics.metricDenylist -}}
{{- fail "kube-state-metrics takes a list of metrics to keep or a list of metrics to leave out. Keep one of kubeStateMetrics.metricAllowlist and kubeStateMetrics.metricDenylist." -}}
{{- end -}}
{{- if $v.global.namespaced -}}
{{- range list "kubelet" "apiServer" "coreDns" "controllerManager" "scheduler" "etcd" "kubeProxy" -}}
{{- if eq (toString (get $v .).enabled) "true" -}}
{{- fail (printf "global.namespaced asks for no rights to the cluster, without which %s cannot be scraped. Set %s.enabled=auto." . .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $v.dropIns.trustedNamespaces -}}
{{- $namespaces := include "monitoring.access.namespaces" $ | fromYamlArray -}}
{{- if and $namespaces (not (has . $namespaces)) -}}
{{- fail (printf "dropIns.trustedNamespaces has %s, and dropIns.namespaces, from which drop-ins are taken, does not. Add it there, or take it away here." .) -}}
{{- end -}}
{{- end -}}
{{- if and $v.dashboards.compress (hasKey ($v.dashboards.labels | default dict) "grafana_dashboard") -}}
{{- fail "dashboards.labels marks the dashboards for the sidecar of another Grafana, which cannot read compressed ones. Set dashboards.compress=false." -}}
{{- end -}}
{{- range $name, $_ := $v.commonLabels -}}
{{- if hasPrefix "app.kubernetes.io/" $name -}}
{{- if has (trimPrefix "app.kubernetes.io/" $name) (list "name" "instance" "component") -}}
{{- fail (printf "commonLabels has %s, by which the stack's Services find their pods. Choose another label; nameOverride changes app.kubernetes.io/name." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range list "server" "alertmanager" "grafana" "thanosQuerier" -}}
{{- $c := get $v . -}}
{{- $path := (include "monitoring.externalUrl" (dict "values" $c) | urlParse).path | trimSuffix "/" -}}
{{- $below := $c.ingress.path | trimSuffix "/" -}}
{{- if and $c.ingress.enabled (ne $below $path) (not (hasPrefix (printf "%s/" $below) $path)) -}}
{{- fail (printf "%s.ingress.path is %s and %s.externalUrl has another path, so links of the pages would lead nowhere. Set %s.externalUrl to end in %s, or leave it empty." . $c.ingress.path . . $c.ingress.path) -}}
{{- end -}}
{{- $path = include "monitoring.urlPath" $c -}}
{{- $below = $c.route.path | trimSuffix "/" -}}
{{- if and $c.route.enabled (not $c.route.filters) (ne $below $path) (not (hasPrefix (printf "%s/" $below) $path)) -}}
{{- fail (printf "%s.route.path is %s, and %s answers below %s. Set the path of %s.externalUrl to the same, or rewrite it in %s.route.filters." . $c.route.path . (default "/" $path) . .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
