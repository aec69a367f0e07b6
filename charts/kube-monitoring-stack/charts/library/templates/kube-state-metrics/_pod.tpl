{{- define "monitoring.kubeStateMetrics.pod" -}}
{{- $v := .Values.kubeStateMetrics -}}
serviceAccountName: {{ include "monitoring.componentName" (dict "root" . "component" "kube-state-metrics") }}
automountServiceAccountToken: true
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
containers:
  - name: kube-state-metrics
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --port=8080
      - --telemetry-port=8081
      - --resources={{ include "monitoring.kubeStateMetrics.resources" . | fromYamlArray | join "," }}
      {{- if .Values.global.namespaced }}
      - --namespaces={{ include "monitoring.access.namespaces" . | fromYamlArray | join "," }}
      {{- end }}
      {{- with $v.metricAllowlist }}
      - --metric-allowlist={{ join "," . }}
      {{- end }}
      {{- with $v.metricDenylist }}
      - --metric-denylist={{ join "," . }}
      {{- end }}
      {{- with $v.labelsAllowlist }}
      - --metric-labels-allowlist={{ join "," . }}
      {{- end }}
      {{- with $v.annotationsAllowlist }}
      - --metric-annotations-allowlist={{ join "," . }}
      {{- end }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    env:
      {{- include "monitoring.smallHeapEnv" $v.extraEnv | trim | nindent 6 }}
    ports:
      - name: http
        containerPort: 8080
      - name: telemetry
        containerPort: 8081
    readinessProbe:
      httpGet:
        path: /readyz
        port: telemetry
      periodSeconds: 5
      timeoutSeconds: 3
    # Not /livez, which asks the API server: being restarted does not help when that is down.
    livenessProbe:
      httpGet:
        path: /healthz
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "kubeStateMetrics" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
{{- end -}}
