{{- define "monitoring.server.pod" -}}
{{- $v := .Values.server -}}
{{- $name := include "monitoring.componentName" (dict "root" . "component" "server") -}}
serviceAccountName: {{ $name }}
automountServiceAccountToken: true
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
securityContext:
  {{- include "monitoring.podSecurityContext" (dict "uid" 65534) | nindent 2 }}
{{- include "monitoring.spread" (dict "root" . "component" "server" "replicas" $v.replicas) }}
initContainers:
  {{- include "monitoring.sidecar.container" . | nindent 2 }}
containers:
  - name: server
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --config.file=/etc/kube-monitoring-stack/prometheus.yml
      - --storage.tsdb.path=/data/prometheus
      - --storage.tsdb.retention.time={{ $v.retention.time }}
      {{- with include "monitoring.server.retentionSize" . }}
      - --storage.tsdb.retention.size={{ . }}
      {{- end }}
      - --drop-ins.dir=/data/drop-ins
      - --drop-ins.reload-socket=/run/kube-monitoring-stack/reload.sock
      {{- with $v.externalUrl }}
      - --web.external-url={{ . }}
      {{- end }}
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
      httpGet:
        path: /-/ready
        port: http
      periodSeconds: 1
      timeoutSeconds: 3
      failureThreshold: 3600
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
{{- end -}}

{{/*
The limit for samples: the one that was asked for, or 80 % of the volume, in MB of 1024² bytes, which is what Prometheus' units mean.
*/}}
{{- define "monitoring.server.retentionSize" -}}
{{- if .Values.server.retention.size -}}
{{- .Values.server.retention.size -}}
{{- else -}}
{{- $size := .Values.server.persistence.size | toString -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $unit := regexFind "[A-Za-z]*$" $size -}}
{{- $bytes := mulf (regexFind "^[0-9]+" $size | float64) (get $units $unit | float64) -}}
{{- printf "%dMB" (divf (mulf $bytes 0.8) 1048576 | floor | int64) -}}
{{- end -}}
{{- end -}}
