{{/*
The groups of one rule file with the changes that values ask for: root, path. Empty if nothing is left of it. Files are never templates here:
alert templates have braces of their own.
*/}}
{{- define "monitoring.rules.groups" -}}
{{- $v := .root.Values.rules -}}
{{- $groups := list -}}
{{- $tunings := include "monitoring.rules.tunings" . | fromYaml -}}
{{- range (.root.Subcharts.content.Files.Get .path | fromYaml).groups -}}
{{- $rules := list -}}
{{- range .rules -}}
{{- $override := get ($v.overrides | default dict) (.alert | default "") | default dict -}}
{{- if not .alert -}}
{{- $rules = append $rules . -}}
{{- else if and $v.alerts (ne (toString $override.enabled) "false") -}}
{{- $rules = append $rules (include "monitoring.rules.alert" (dict "rule" . "override" $override "tuning" (get $tunings .alert) "values" $v) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- if and $rules (not (has .name $v.disabledGroups)) -}}
{{- $groups = append $groups (set . "rules" $rules) -}}
{{- end -}}
{{- end -}}
{{- if $groups }}{{ dict "groups" $groups | toYaml }}{{ end -}}
{{- end -}}

{{/* An alert after its override: rule, override, tuning, values. What an override gives in full, as `expr`, is taken as it is. */}}
{{- define "monitoring.rules.alert" -}}
{{- $rule := .rule -}}
{{- if or .override.thresholds .override.for }}{{ $rule = include "monitoring.rules.tuned" . | fromYaml }}{{ end -}}
{{- $rule = mergeOverwrite $rule (omit .override "enabled" "severity" "thresholds" | deepCopy) -}}
{{- $labels := mergeOverwrite (.values.labels | default dict | deepCopy) ($rule.labels | default dict) -}}
{{- with .override.severity }}{{ $_ := set $labels "severity" . }}{{ end -}}
{{- $annotations := merge dict ($rule.annotations | default dict) (dict "runbook_url" (printf "%s%s.md" .values.runbookUrl $rule.alert)) -}}
{{- set (set $rule "labels" $labels) "annotations" $annotations | toYaml -}}
{{- end -}}
