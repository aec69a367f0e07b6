{{/*
A map with another merged into it, as YAML: base, over. Maps are merged; lists whose items have names are merged by these, so that a value can
add a volume or change one container and need not repeat the rest; all else in `over` takes the place of what is in `base`.
*/}}
{{- define "monitoring.merge" -}}
{{- $out := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- $old := get $out $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $old) -}}
{{- $value = include "monitoring.merge" (dict "base" $old "over" $value) | fromYaml -}}
{{- else if and (kindIs "slice" $value) (kindIs "slice" $old) -}}
{{- with include "monitoring.mergeKey" (concat $old $value) -}}
{{- $value = include "monitoring.mergeLists" (dict "base" $old "over" $value "key" .) | fromYamlArray -}}
{{- end -}}
{{- end -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/* What tells the items of a list of Kubernetes' apart; empty if nothing does. */}}
{{- define "monitoring.mergeKey" -}}
{{- $key := "" -}}
{{- range $candidate := list "name" "mountPath" -}}
{{- $all := true -}}
{{- range $ -}}
{{- if not (kindIs "map" .) }}{{ $all = false }}{{ else if not (hasKey . $candidate) }}{{ $all = false }}{{ end -}}
{{- end -}}
{{- if and $all $ }}{{ $key = $candidate }}{{ end -}}
{{- end -}}
{{- $key -}}
{{- end -}}

{{- define "monitoring.mergeLists" -}}
{{- $out := list -}}
{{- $key := .key -}}
{{- range $old := .base -}}
{{- $item := $old -}}
{{- range $.over -}}
{{- if eq (get . $key) (get $old $key) }}{{ $item = include "monitoring.merge" (dict "base" $item "over" .) | fromYaml }}{{ end -}}
{{- end -}}
{{- $out = append $out $item -}}
{{- end -}}
{{- range $new := .over -}}
{{- $there := false -}}
{{- range $.base }}{{ if eq (get . $key) (get $new $key) }}{{ $there = true }}{{ end }}{{ end -}}
{{- if not $there }}{{ $out = append $out $new }}{{ end -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}
