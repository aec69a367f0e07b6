{{/* The server's arguments, as a YAML list. */}}
{{- define "monitoring.server.args" -}}
{{- $v := .Values.server -}}
- --config.file=/etc/kube-monitoring-stack/prometheus.yml
{{- if eq $v.mode "agent" }}
- --agent
- --storage.agent.path=/data/agent
{{- else }}
- --storage.tsdb.path=/data/prometheus
- --storage.tsdb.retention.time={{ $v.retention.time }}
{{- with include "monitoring.server.retentionSize" . }}
- --storage.tsdb.retention.size={{ . }}
{{- end }}
{{- if $v.thanos.objectStorage.existingSecret }}
# What is uploaded must not be compacted here: the compactor of the object storage does that.
- --storage.tsdb.min-block-duration=2h
- --storage.tsdb.max-block-duration=2h
{{- end }}
{{- end }}
{{- with include "monitoring.server.shardArgs" . }}
{{ . }}
{{- end }}
- --drop-ins.dir=/data/drop-ins
- --drop-ins.reload-socket=/run/kube-monitoring-stack/reload.sock
{{- with include "monitoring.externalUrl" (dict "values" $v) }}
- --web.external-url={{ . }}
{{- end }}
{{- if include "monitoring.web.on" (dict "values" $v) }}
- --web.config.file=/etc/kube-monitoring-stack-web/config/web-config.yml
{{- end }}
{{- if $v.receivers.remoteWrite }}
- --web.enable-remote-write-receiver
{{- end }}
{{- if $v.receivers.otlp }}
- --web.enable-otlp-receiver
{{- end }}
{{- with $v.features }}
- --enable-feature={{ join "," . }}
{{- end }}
{{- end -}}

{{/*
The limit for samples: the one that was asked for, or 80 % of the volume, in MB of 1024² bytes, which is what Prometheus' units mean.
*/}}
{{- define "monitoring.server.retentionSize" -}}
{{- if .Values.server.retention.size -}}
{{- .Values.server.retention.size -}}
{{- else -}}
{{- $size := .Values.server.persistence.size | toString -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $unit := regexFind "[A-Za-z]*$" $size -}}
{{- $bytes := mulf (regexFind "^[0-9]+" $size | float64) (get $units $unit | float64) -}}
{{- printf "%dMB" (divf (mulf $bytes 0.8) 1048576 | floor | int64) -}}
{{- end -}}
{{- end -}}
