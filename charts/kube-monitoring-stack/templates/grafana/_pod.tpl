{{- define "monitoring.grafana.pod" -}}
{{- $v := .Values.grafana -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "grafana") -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "uid" 472) | nindent 2 }}
containers:
  - name: grafana
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    {{- with $v.extraArgs }}
    args:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    env:
      {{- with $v.admin.existingSecret }}
      - name: GF_SECURITY_ADMIN_USER
        valueFrom:
          secretKeyRef:
            name: {{ . }}
            key: {{ $v.admin.userKey }}
      - name: GF_SECURITY_ADMIN_PASSWORD
        valueFrom:
          secretKeyRef:
            name: {{ . }}
            key: {{ $v.admin.passwordKey }}
      {{- end }}
      - name: GF_PATHS_PROVISIONING
        value: /etc/grafana/provisioning
      {{- with $v.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - name: http
        containerPort: 3000
    startupProbe:
      httpGet:
        path: /api/health
        port: http
      periodSeconds: 1
      timeoutSeconds: 3
      failureThreshold: 300
    readinessProbe:
      httpGet:
        path: /api/health
        port: http
      periodSeconds: 5
      timeoutSeconds: 3
    livenessProbe:
      httpGet:
        path: /api/health
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    {{- with $v.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/grafana
        readOnly: true
      - name: dashboards
        mountPath: /var/lib/kube-monitoring-stack/dashboards
        readOnly: true
      - name: data
        mountPath: /var/lib/grafana
      - name: tmp
        mountPath: /tmp
volumes:
  - name: config
    configMap:
      name: {{ $name }}
      items:
        - key: grafana.ini
          path: grafana.ini
        - key: datasources.yaml
          path: provisioning/datasources/kube-monitoring-stack.yaml
        - key: dashboards.yaml
          path: provisioning/dashboards/kube-monitoring-stack.yaml
  - name: dashboards
    {{- with include "monitoring.dashboards.names" . | fromYamlArray }}
    projected:
      sources:
        {{- range . }}
        - configMap:
            name: {{ include "monitoring.dashboards.configMap" (dict "root" $ "name" .) }}
        {{- end }}
    {{- else }}
    emptyDir: {}
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
{{- end -}}
