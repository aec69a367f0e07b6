{{/*
What can be tuned of each alert, as YAML by its name: root. Fails on an override for a name that no alert has: it would change nothing, silently.
*/}}
{{- define "monitoring.rules.tunings" -}}
{{- $text := .root.Subcharts.content.Files.Get "tuning.yaml" -}}
{{- $tunings := fromYaml $text -}}
{{- range $alert, $_ := .root.Values.rules.overrides -}}
{{- if not (hasKey $tunings $alert) -}}
{{- fail (printf "rules.overrides: there is no alert %q. All alerts are listed in docs/alerts.md; alerts of your own are changed where they are written." $alert) -}}
{{- end -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/*
An alert with other thresholds and another patience: rule, override, tuning. Numbers are replaced where they stand in the expression, and in the texts that say them.
First all old numbers give way to names, then names to new numbers: one threshold's new number may be another's old one.
*/}}
{{- define "monitoring.rules.tuned" -}}
{{- $rule := .rule -}}
{{- $thresholds := .tuning.thresholds | default dict -}}
{{- $texts := dict "expr" $rule.expr "summary" $rule.annotations.summary "description" $rule.annotations.description -}}
{{- range $name, $_ := .override.thresholds -}}
{{- if not (hasKey $thresholds $name) -}}
{{- fail (printf "rules.overrides.%s.thresholds: there is no %q; there is: %s" $rule.alert $name (keys $thresholds | sortAlpha | join ", " | default "none")) -}}
{{- end -}}
{{- range $old, $new := get $thresholds $name -}}
{{- range $key, $text := $texts -}}
{{- $_ := set $texts $key (replace $old (replace "{}" (printf "{%s}" $name) $new) $text) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $number := .override.thresholds -}}
{{- range $key, $text := $texts -}}
{{- $_ := set $texts $key (replace (printf "{%s}" $name) (toString $number) $text) -}}
{{- end -}}
{{- end -}}
{{- with .override.for -}}
{{- $for := . -}}
{{- range $.tuning.for -}}
{{- $words := . -}}
{{- range $key := list "summary" "description" -}}
{{- $_ := set $texts $key (replace (printf "or %s" $words) (printf "or %s" $for) (get $texts $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set $rule "expr" $texts.expr -}}
{{- $_ := set $rule "annotations" (merge (pick $texts "summary" "description") $rule.annotations) -}}
{{- toYaml $rule -}}
{{- end -}}
