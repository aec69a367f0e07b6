{{/* Thanos' sidecar: shows the server's samples to a querier, and puts finished blocks into an object storage. */}}
{{- define "monitoring.server.thanos" -}}
{{- $v := .Values.server.thanos -}}
{{- $server := dict "root" . "component" "server" "values" .Values.server -}}
- name: thanos
  image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  args:
    - sidecar
    - --prometheus.url={{ include "monitoring.web.scheme" $server }}://127.0.0.1:9090{{ include "monitoring.urlPath" .Values.server }}
    {{- if include "monitoring.web.on" $server }}
    - --prometheus.http-client-file=/etc/kube-monitoring-stack/http-client.yml
    {{- end }}
    - --tsdb.path=/data/prometheus
    - --grpc-address=:10901
    - --http-address=:10902
    {{- if $v.objectStorage.existingSecret }}
    - --objstore.config-file=/etc/thanos/{{ $v.objectStorage.key }}
    {{- end }}
    {{- range $v.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  ports:
    - name: grpc
      containerPort: 10901
    - name: http-thanos
      containerPort: 10902
  {{- /* It is ready when it has heard from the server, which may take long to start. */}}
  readinessProbe:
    httpGet:
      path: /-/ready
      port: http-thanos
    periodSeconds: 5
    timeoutSeconds: 3
  livenessProbe:
    httpGet:
      path: /-/healthy
      port: http-thanos
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 6
  resources:
    {{- include "monitoring.resources" (dict "root" . "what" "thanosSidecar" "resources" $v.resources) | nindent 4 }}
  securityContext:
    {{- include "monitoring.containerSecurityContext" . | nindent 4 }}
  volumeMounts:
    - name: data
      mountPath: /data
    - name: config
      mountPath: /etc/kube-monitoring-stack
      readOnly: true
    {{- if $v.objectStorage.existingSecret }}
    - name: object-storage
      mountPath: /etc/thanos
      readOnly: true
    {{- end }}
    {{- include "monitoring.web.client.mount" $server | nindent 4 }}
{{- end -}}
