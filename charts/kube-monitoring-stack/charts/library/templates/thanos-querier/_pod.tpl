{{- define "monitoring.thanosQuerier.pod" -}}
{{- $v := .Values.thanosQuerier -}}
{{- $server := include "monitoring.componentName" (dict "root" . "component" "server") -}}
serviceAccountName: {{ include "monitoring.componentName" (dict "root" . "component" "thanos-querier") }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
{{- include "monitoring.spread" (dict "root" . "component" "thanos-querier" "values" $v) }}
containers:
  - name: thanos
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - query
      - --grpc-address=:10901
      - --http-address=:10902
      # The same samples of several replicas are shown once.
      - --query.replica-label=prometheus_replica
      - --query.auto-downsampling
      - --endpoint=dnssrv+_grpc._tcp.{{ $server }}-headless.{{ include "monitoring.namespace" . }}.svc
      {{- range $v.endpoints }}
      - --endpoint={{ . }}
      {{- end }}
      {{- with (include "monitoring.externalUrl" (dict "values" $v) | urlParse).path | trimSuffix "/" }}
      - --web.external-prefix={{ . }}
      {{- end }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    {{- with $v.extraEnv }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
      - name: http
        containerPort: 10902
      - name: grpc
        containerPort: 10901
    readinessProbe:
      httpGet:
        path: /-/ready
        port: http
      periodSeconds: 5
      timeoutSeconds: 3
    livenessProbe:
      httpGet:
        path: /-/healthy
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "thanosQuerier" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
volumes:
  - name: tmp
    emptyDir: {}
{{- end -}}

{{/* Where its API is, in the cluster. */}}
{{- define "monitoring.thanosQuerier.url" -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "thanos-querier") -}}
http://{{ $name }}.{{ include "monitoring.namespace" . }}.svc:10902{{ include "monitoring.urlPath" .Values.thanosQuerier }}
{{- end -}}
