{{/*
A NetworkPolicy for a component: root, component; ingress and egress, lists of rules in YAML, of which an empty one allows nothing. It is written
for namespaces that deny everything: whatever is not named here does not get through.
*/}}
{{- define "monitoring.networkPolicy" -}}
{{- if .root.Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "monitoring.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "monitoring.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress: {{- .ingress | fromYamlArray | toYaml | nindent 4 }}
  egress: {{- .egress | fromYamlArray | toYaml | nindent 4 }}
{{- end -}}
{{- end -}}

{{/* Pods of the release as peers of a rule: root; peers, their components. */}}
{{- define "monitoring.network.peers" -}}
{{- range .peers }}
- podSelector:
    matchLabels:
      {{- include "monitoring.selectorLabels" (dict "root" $.root "component" .) | nindent 6 }}
{{- end }}
{{- end -}}

{{/* Whoever uses a component from outside of the release: root. */}}
{{- define "monitoring.network.clients" -}}
{{- with .root.Values.networkPolicy.clients }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Names have to be looked up, whoever answers, on whichever port: OpenShift's DNS pods listen on 5353. */}}
{{- define "monitoring.network.dns" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
    - {port: 5353, protocol: UDP}
    - {port: 5353, protocol: TCP}
{{- end -}}

{{/* The API server is no pod that a selector could name, so its ports are open to every address: root. */}}
{{- define "monitoring.network.apiServer" -}}
- ports:
    {{- range .root.Values.networkPolicy.apiServerPorts }}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
{{- end -}}

{{/* To everywhere. */}}
{{- define "monitoring.network.everywhere" -}}
- {}
{{- end -}}
