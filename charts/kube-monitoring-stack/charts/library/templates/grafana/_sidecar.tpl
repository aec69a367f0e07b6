{{- define "monitoring.grafana.sidecarArgs" -}}
{{- $v := .Values.grafana -}}
- --for=grafana
- --live-dir=/var/lib/grafana/drop-ins
- --base-provisioning=/etc/grafana/provisioning
- --publish-dir=/var/lib/kube-monitoring-stack/grafana
- --grafana-url=http://127.0.0.1:3000{{ include "monitoring.urlPath" $v }}
{{- if $v.admin.existingSecret }}
- --grafana-user-file=/etc/kube-monitoring-stack-administrator/{{ $v.admin.userKey }}
- --grafana-password-file=/etc/kube-monitoring-stack-administrator/{{ $v.admin.passwordKey }}
{{- else }}
- --grafana-create-password
- --grafana-password-file=/var/lib/grafana/admin-password
{{- end }}
{{- end -}}

{{- define "monitoring.grafana.sidecarMounts" -}}
- name: config
  mountPath: /etc/grafana
  readOnly: true
- name: data
  mountPath: /var/lib/grafana
- name: published
  mountPath: /var/lib/kube-monitoring-stack/grafana
{{- if .Values.grafana.admin.existingSecret }}
- name: administrator
  mountPath: /etc/kube-monitoring-stack-administrator
  readOnly: true
{{- end }}
{{ include "monitoring.sidecar.tokenMount" . }}
{{- end -}}

{{/* Without a sidecar Grafana has the chart's own dashboards only, as files of their ConfigMaps. */}}
{{- define "monitoring.grafana.mountedDashboards" -}}
{{- with include "monitoring.dashboards.names" . | fromYamlArray -}}
projected:
  sources:
    {{- range . }}
    - configMap:
        name: {{ include "monitoring.dashboards.configMap" (dict "root" $ "name" .) }}
    {{- end }}
{{- else -}}
emptyDir: {}
{{- end }}
{{- end -}}
