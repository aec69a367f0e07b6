{{- define "monitoring.grafana.pod" -}}
{{- $v := .Values.grafana -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "grafana") -}}
{{- $server := dict "root" . "component" "server" "values" .Values.server -}}
{{- $alertmanager := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 472) | nindent 2 }}
{{- if $v.sidecar }}
initContainers:
  {{- include "monitoring.sidecar.container" (dict "root" . "args" "monitoring.grafana.sidecarArgs" "mounts" "monitoring.grafana.sidecarMounts") | nindent 2 }}
{{- end }}
containers:
  - name: grafana
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    {{- with $v.extraArgs }}
    args:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    env:
      {{- if $v.admin.existingSecret }}
      - name: GF_SECURITY_ADMIN_USER
        valueFrom:
          secretKeyRef:
            name: {{ $v.admin.existingSecret }}
            key: {{ $v.admin.userKey }}
      - name: GF_SECURITY_ADMIN_PASSWORD
        valueFrom:
          secretKeyRef:
            name: {{ $v.admin.existingSecret }}
            key: {{ $v.admin.passwordKey }}
      {{- else if $v.sidecar }}
      # The sidecar makes it once, on the volume of Grafana's database: both last equally long.
      - name: GF_SECURITY_ADMIN_PASSWORD__FILE
        value: /var/lib/grafana/admin-password
      {{- end }}
      - name: GF_PATHS_PROVISIONING
        value: {{ ternary "/var/lib/kube-monitoring-stack/grafana/provisioning" "/etc/grafana/provisioning" $v.sidecar }}
      {{- with $v.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - name: http
        containerPort: 3000
    startupProbe:
      httpGet:
        path: {{ include "monitoring.urlPath" $v }}/api/health
        port: http
      periodSeconds: 1
      timeoutSeconds: 3
      failureThreshold: 300
    readinessProbe:
      httpGet:
        path: {{ include "monitoring.urlPath" $v }}/api/health
        port: http
      periodSeconds: 5
      timeoutSeconds: 3
    livenessProbe:
      httpGet:
        path: {{ include "monitoring.urlPath" $v }}/api/health
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "grafana" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/grafana
        readOnly: true
      {{- if $v.sidecar }}
      - name: published
        mountPath: /var/lib/kube-monitoring-stack/grafana
        readOnly: true
      {{- else }}
      - name: dashboards
        mountPath: /var/lib/kube-monitoring-stack/dashboards
        readOnly: true
      {{- end }}
      - name: data
        mountPath: /var/lib/grafana
      - name: tmp
        mountPath: /tmp
      {{- include "monitoring.web.client.mount" $server | nindent 6 }}
      {{- if .Values.alertmanager.enabled }}
      {{- include "monitoring.web.client.mount" $alertmanager | nindent 6 }}
      {{- end }}
volumes:
  - name: config
    configMap:
      name: {{ $name }}
      items:
        - key: grafana.ini
          path: grafana.ini
        - key: datasources.yaml
          path: provisioning/datasources/kube-monitoring-stack.yaml
        {{- if not $v.sidecar }}
        - key: dashboards.yaml
          path: provisioning/dashboards/kube-monitoring-stack.yaml
        {{- end }}
  {{- if $v.sidecar }}
  - name: published
    emptyDir: {}
  {{- include "monitoring.sidecar.tokenVolume" . | nindent 2 }}
  {{- with $v.admin.existingSecret }}
  - name: administrator
    secret:
      secretName: {{ . }}
  {{- end }}
  {{- else }}
  - name: dashboards
    {{- include "monitoring.grafana.mountedDashboards" . | nindent 4 }}
  {{- end }}
  - name: tmp
    emptyDir: {}
  - name: data
    {{- if $v.persistence.enabled }}
    persistentVolumeClaim:
      claimName: {{ $name }}
    {{- else }}
    emptyDir: {}
    {{- end }}
  {{- include "monitoring.web.client.volume" $server | nindent 2 }}
  {{- if .Values.alertmanager.enabled }}
  {{- include "monitoring.web.client.volume" $alertmanager | nindent 2 }}
  {{- end }}
{{- end -}}
