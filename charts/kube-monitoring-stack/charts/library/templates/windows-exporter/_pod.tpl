{{- define "monitoring.windowsExporter.pod" -}}
{{- $v := .Values.windowsExporter -}}
serviceAccountName: {{ include "monitoring.componentName" (dict "root" . "component" "windows-exporter") }}
automountServiceAccountToken: false
enableServiceLinks: false
# A HostProcess container, the only kind on Windows that sees its node.
hostNetwork: true
nodeSelector:
  kubernetes.io/os: windows
tolerations:
  - operator: Exists
securityContext:
  windowsOptions:
    hostProcess: true
    runAsUserName: NT AUTHORITY\SYSTEM
containers:
  - name: windows-exporter
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --web.listen-address=:{{ $v.port }}
      - --collectors.enabled={{ join "," $v.collectors }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    {{- with $v.extraEnv }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
      - name: http
        containerPort: {{ $v.port }}
        hostPort: {{ $v.port }}
    readinessProbe:
      httpGet:
        path: /health
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
    livenessProbe:
      httpGet:
        path: /health
        port: http
      periodSeconds: 30
      timeoutSeconds: 10
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "windowsExporter" "resources" $v.resources) | nindent 6 }}
{{- end -}}
