{{- define "monitoring.alertmanager.pod" -}}
{{- $v := .Values.alertmanager -}}
{{- $it := dict "root" . "component" "alertmanager" "values" $v -}}
{{- $name := include "monitoring.componentName" $it -}}
{{- $protected := include "monitoring.web.on" $it -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
{{- include "monitoring.spread" $it }}
{{- if $v.sidecar }}
initContainers:
  {{- include "monitoring.sidecar.container" (dict "root" . "args" "monitoring.alertmanager.sidecarArgs" "mounts" "monitoring.alertmanager.sidecarMounts") | nindent 2 }}
{{- end }}
containers:
  - name: alertmanager
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      {{- if $v.sidecar }}
      - --config.file=/run/kube-monitoring-stack/alertmanager/current/alertmanager.yml
      {{- else }}
      - --config.file=/etc/alertmanager/alertmanager.yml
      {{- end }}
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
      {{- with include "monitoring.externalUrl" $it }}
      - --web.external-url={{ . }}
      {{- end }}
      {{- if $protected }}
      - --web.config.file=/etc/kube-monitoring-stack-web/config/web-config.yml
      {{- end }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    env:
      {{- include "monitoring.smallHeapEnv" $v.extraEnv | trim | nindent 6 }}
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
      {{- include "monitoring.web.probe" (dict "values" $v "port" "http" "path" "/-/ready") | nindent 6 }}
      periodSeconds: 5
      timeoutSeconds: 3
    livenessProbe:
      {{- include "monitoring.web.probe" (dict "values" $v "port" "http" "path" "/-/healthy") | nindent 6 }}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "alertmanager" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/alertmanager
        readOnly: true
      - name: data
        mountPath: /alertmanager
      {{- if $v.sidecar }}
      - name: published
        mountPath: /run/kube-monitoring-stack/alertmanager
        readOnly: true
      {{- end }}
      {{- if $protected }}
      {{- include "monitoring.web.mounts" $it | nindent 6 }}
      {{- end }}
volumes:
  - name: config
    secret:
      secretName: {{ $v.existingSecret | default $name }}
  {{- if not $v.persistence.enabled }}
  - name: data
    emptyDir:
      sizeLimit: {{ $v.persistence.size }}
  {{- end }}
  {{- if $v.sidecar }}
  # In memory: it holds what is needed to send messages.
  - name: published
    emptyDir:
      medium: Memory
  - name: tmp
    emptyDir: {}
  {{- include "monitoring.sidecar.tokenVolume" . | nindent 2 }}
  {{- include "monitoring.web.client.volume" $it | nindent 2 }}
  {{- if $protected }}
  - name: http-client
    configMap:
      name: {{ $name }}
  {{- end }}
  {{- end }}
  {{- if $protected }}
  {{- include "monitoring.web.volumes" $it | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "monitoring.alertmanager.sidecarArgs" -}}
{{- $it := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
- --for=alertmanager
- --live-dir=/data/drop-ins
- --base-config=/etc/alertmanager/alertmanager.yml
- --publish-dir=/run/kube-monitoring-stack/alertmanager
- --alertmanager-url={{ include "monitoring.web.scheme" $it }}://127.0.0.1:9093{{ include "monitoring.urlPath" .Values.alertmanager }}
{{- if include "monitoring.web.on" $it }}
- --alertmanager-http-config=/etc/kube-monitoring-stack/http-client.yml
{{- end }}
{{- end -}}

{{- define "monitoring.alertmanager.sidecarMounts" -}}
{{- $it := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
- name: config
  mountPath: /etc/alertmanager
  readOnly: true
- name: data
  mountPath: /data
- name: published
  mountPath: /run/kube-monitoring-stack/alertmanager
{{ include "monitoring.sidecar.tokenMount" . }}
{{- if include "monitoring.web.on" $it }}
- name: http-client
  mountPath: /etc/kube-monitoring-stack
  readOnly: true
{{- end }}
{{- include "monitoring.web.client.mount" $it }}
{{- end -}}
