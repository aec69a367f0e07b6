{{- define "monitoring.alertmanager.pod" -}}
{{- $v := .Values.alertmanager -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "alertmanager") -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "uid" 65534) | nindent 2 }}
{{- include "monitoring.spread" (dict "root" . "component" "alertmanager" "replicas" $v.replicas) }}
containers:
  - name: alertmanager
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --config.file=/etc/alertmanager/alertmanager.yml
      - --storage.path=/alertmanager
      - --data.retention={{ $v.retention }}
      {{- if gt (int $v.replicas) 1 }}
      - --cluster.listen-address=0.0.0.0:9094
      {{- range until (int $v.replicas) }}
      - --cluster.peer={{ $name }}-{{ . }}.{{ $name }}-headless.{{ include "monitoring.namespace" $ }}.svc:9094
      {{- end }}
      {{- else }}
      - --cluster.listen-address=
      {{- end }}
      {{- with $v.externalUrl }}
      - --web.external-url={{ . }}
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
        containerPort: 9093
      {{- if gt (int $v.replicas) 1 }}
      - name: mesh
        containerPort: 9094
      - name: mesh-udp
        containerPort: 9094
        protocol: UDP
      {{- end }}
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
    {{- with $v.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/alertmanager
        readOnly: true
      - name: data
        mountPath: /alertmanager
volumes:
  - name: config
    secret:
      secretName: {{ $v.existingSecret | default $name }}
  {{- if not $v.persistence.enabled }}
  - name: data
    emptyDir:
      sizeLimit: {{ $v.persistence.size }}
  {{- end }}
{{- end -}}
