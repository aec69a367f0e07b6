{{- define "monitoring.server.pod" -}}
{{- $v := .Values.server -}}
{{- $it := dict "root" . "component" "server" "values" $v -}}
{{- $alertmanager := dict "root" . "component" "alertmanager" "values" .Values.alertmanager -}}
{{- $name := include "monitoring.componentName" $it -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: true
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "root" . "uid" 65534) | nindent 2 }}
{{- include "monitoring.spread" (merge (dict "labels" (include "monitoring.server.shardLabels" . | fromYaml)) $it) }}
initContainers:
  {{- include "monitoring.sidecar.container" (dict "root" . "args" "monitoring.server.sidecarArgs" "mounts" "monitoring.server.sidecarMounts") | nindent 2 }}
containers:
  - name: server
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      {{- include "monitoring.server.args" . | nindent 6 }}
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    env:
      - name: POD_NAME
        valueFrom:
          fieldRef:
            fieldPath: metadata.name
      {{- with $v.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - name: http
        containerPort: 9090
    {{- /* Reading the write-ahead log back can take long; only after that does a hung server get restarted. */}}
    startupProbe:
      {{- include "monitoring.web.probe" (dict "values" $v "port" "http" "path" "/-/ready") | nindent 6 }}
      periodSeconds: 1
      timeoutSeconds: 3
      failureThreshold: 3600
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
      {{- include "monitoring.resources" (dict "root" . "what" "server" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: config
        mountPath: /etc/kube-monitoring-stack
        readOnly: true
      - name: data
        mountPath: /data
      - name: run
        mountPath: /run/kube-monitoring-stack
      - name: tmp
        mountPath: /tmp
      {{- if .Values.etcd.clientCertSecret }}
      - name: etcd-client
        mountPath: /etc/kube-monitoring-stack-etcd
        readOnly: true
      {{- end }}
      {{- if include "monitoring.web.on" $it }}
      {{- include "monitoring.web.mounts" $it | nindent 6 }}
      {{- end }}
      {{- include "monitoring.web.client.mount" $it | nindent 6 }}
      {{- if .Values.alertmanager.enabled }}
      {{- include "monitoring.web.client.mount" $alertmanager | nindent 6 }}
      {{- end }}
  {{- if $v.thanos.enabled }}
  {{- include "monitoring.server.thanos" . | nindent 2 }}
  {{- end }}
volumes:
  - name: config
    configMap:
      name: {{ $name }}
  - name: run
    emptyDir: {}
  - name: tmp
    emptyDir: {}
  {{- if not $v.persistence.enabled }}
  - name: data
    emptyDir:
      sizeLimit: {{ $v.persistence.size }}
  {{- end }}
  {{- with .Values.etcd.clientCertSecret }}
  - name: etcd-client
    secret:
      secretName: {{ . }}
  {{- end }}
  {{- if include "monitoring.web.on" $it }}
  {{- include "monitoring.web.volumes" $it | nindent 2 }}
  {{- end }}
  {{- include "monitoring.web.client.volume" $it | nindent 2 }}
  {{- if .Values.alertmanager.enabled }}
  {{- include "monitoring.web.client.volume" $alertmanager | nindent 2 }}
  {{- end }}
  {{- with $v.thanos.objectStorage.existingSecret }}
  - name: object-storage
    secret:
      secretName: {{ . }}
  {{- end }}
{{- end -}}
