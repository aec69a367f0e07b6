{{- define "monitoring.blackboxExporter.pod" -}}
{{- $v := .Values.blackboxExporter -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "blackbox-exporter") -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
containers:
  - name: blackbox-exporter
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --config.file=/etc/blackbox-exporter/config.yaml
      - --web.listen-address=:9115
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    {{- with $v.extraEnv }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
      - name: http
        containerPort: 9115
    readinessProbe:
      httpGet:
        path: /-/healthy
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
      {{- include "monitoring.resources" (dict "root" . "what" "blackboxExporter" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/blackbox-exporter
        readOnly: true
volumes:
  - name: config
    configMap:
      name: {{ $name }}
{{- end -}}
