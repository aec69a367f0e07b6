{{/* An Ingress for a component's Service: root, component, values; port, the Service's. */}}
{{- define "monitoring.ingress" -}}
{{- $v := .values.ingress -}}
{{- if $v.enabled -}}
{{- $name := include "monitoring.componentName" . -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "monitoring.metadata" (merge (dict "annotations" $v.annotations) .) | nindent 2 }}
spec:
  {{- with $v.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if $v.tlsSecret }}
  tls:
    - secretName: {{ $v.tlsSecret }}
      hosts:
        {{- toYaml $v.hosts | nindent 8 }}
  {{- end }}
  rules:
    {{- range $v.hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: {{ $v.path }}
            pathType: Prefix
            backend:
              service:
                name: {{ $name }}
                port:
                  name: {{ $.port }}
    {{- end }}
{{- end -}}
{{- end -}}

{{/* An HTTPRoute for a component's Service: root, component, values; portNumber, the Service's. */}}
{{- define "monitoring.route" -}}
{{- $v := .values.route -}}
{{- if $v.enabled -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "monitoring.metadata" (merge (dict "annotations" $v.annotations) .) | nindent 2 }}
spec:
  parentRefs:
    {{- toYaml $v.parentRefs | nindent 4 }}
  {{- with $v.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: {{ $v.path }}
      {{- with $v.filters }}
      filters:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      backendRefs:
        - name: {{ include "monitoring.componentName" . }}
          port: {{ .portNumber }}
{{- end -}}
{{- end -}}

{{/* The Service by which a component is reached: root, component, values; ports, as YAML. */}}
{{- define "monitoring.service" -}}
{{- $spec := dict "selector" (include "monitoring.selectorLabels" . | fromYaml) "ports" (fromYamlArray .ports) "type" .values.service.type -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "monitoring.metadata" (merge (dict "annotations" .values.service.annotations) .) | nindent 2 }}
spec:
  {{- include "monitoring.merge" (dict "base" $spec "over" .values.service.spec) | nindent 2 }}
{{- end -}}

{{/*
The path below which a component answers, on its own port too: that of its URL, unless its arguments say otherwise, as where a proxy in front takes
the path off. Takes the component's values.
*/}}
{{- define "monitoring.urlPath" -}}
{{- $path := "" -}}
{{- with include "monitoring.externalUrl" (dict "values" .) }}{{ $path = (urlParse .).path }}{{ end -}}
{{- range .extraArgs }}{{ if hasPrefix "--web.route-prefix=" . }}{{ $path = trimPrefix "--web.route-prefix=" . }}{{ end }}{{ end -}}
{{- with trimAll "/" $path }}/{{ . }}{{ end -}}
{{- end -}}

{{/*
The URL under which users reach a component, for links in alerts and messages: values. The one that was asked for, or that of the first name in its
Ingress.
*/}}
{{- define "monitoring.externalUrl" -}}
{{- $v := .values -}}
{{- if $v.externalUrl -}}{{ $v.externalUrl }}
{{- else if and $v.ingress.enabled $v.ingress.hosts -}}
{{- printf "%s://%s%s" (ternary "https" "http" (not (empty $v.ingress.tlsSecret))) (first $v.ingress.hosts) ($v.ingress.path | trimSuffix "/") -}}
{{- end -}}
{{- end -}}
