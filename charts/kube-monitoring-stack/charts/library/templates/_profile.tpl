{{/*
One of the stack's own jobs with what the profile leaves of its metrics: root, job. `full` takes away what the job itself drops; `minimal` keeps only what rules and
dashboards use, which is known by the value of the label `job`.
*/}}
{{- define "monitoring.metrics.profile" -}}
{{- $v := .root.Values.metrics -}}
{{- $job := .job -}}
{{- if eq $v.profile "full" -}}
{{- $job = omit $job "metric_relabel_configs" -}}
{{- else if eq $v.profile "minimal" -}}
{{- $label := $job.job_name -}}
{{- range $job.relabel_configs -}}
{{- if and (eq (toString .target_label) "job") .replacement }}{{ $label = .replacement }}{{ end -}}
{{- end -}}
{{- $names := list -}}
{{- with get (.root.Subcharts.content.Files.Get "metrics.yaml" | fromYaml) $label }}{{ $names = append $names . }}{{ end -}}
{{- with get ($v.keep | default dict) $label }}{{ $names = append $names . }}{{ end -}}
{{- if $names -}}
{{- $rule := dict "source_labels" (list "__name__") "regex" (join "|" $names) "action" "keep" -}}
{{- $_ := set $job "metric_relabel_configs" (append ($job.metric_relabel_configs | default list) $rule) -}}
{{- end -}}
{{- end -}}
{{- toYaml $job -}}
{{- end -}}
