{{/*
Shards are StatefulSets of their own: root with .Shard, which counts from 0. The first has the name of a server that is alone, so that a volume
which is there already goes on.
*/}}
{{- define "monitoring.server.shardName" -}}
{{- $component := "server" -}}
{{- if .Shard }}{{ $component = printf "server-shard-%d" (int .Shard) }}{{ end -}}
{{- include "monitoring.componentName" (dict "root" . "component" $component) -}}
{{- end -}}

{{/* By what its pods are told from those of other shards; nothing if there are none. */}}
{{- define "monitoring.server.shardLabels" -}}
{{- if gt (int .Values.server.shards) 1 -}}
kube-monitoring-stack.io/shard: {{ int .Shard | quote }}
{{- end -}}
{{- end -}}

{{- define "monitoring.server.shardArgs" -}}
{{- if gt (int .Values.server.shards) 1 -}}
- --scrape.shards={{ .Values.server.shards }}
- --scrape.shard={{ int .Shard }}
{{- if eq .Values.server.mode "server" }}
# A shard has some of the samples, and most rules are about all.
- --rules.query-url={{ include "monitoring.thanosQuerier.url" . }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* The URLs of every server that has something of its own to say: the Service's, or one for each shard, as a YAML list. */}}
{{- define "monitoring.server.urls" -}}
{{- $it := dict "root" . "component" "server" "values" .Values.server -}}
{{- $name := include "monitoring.componentName" $it -}}
{{- $scheme := include "monitoring.web.scheme" $it -}}
{{- $path := include "monitoring.urlPath" .Values.server -}}
{{- if le (int .Values.server.shards) 1 }}
- {{ $scheme }}://{{ $name }}:9090{{ $path }}
{{- else }}
{{- range $shard := until (int .Values.server.shards) }}
- {{ $scheme }}://{{ include "monitoring.server.shardName" (merge (dict "Shard" $shard) $) }}-0.{{ $name }}-headless:9090{{ $path }}
{{- end }}
{{- end }}
{{- end -}}
