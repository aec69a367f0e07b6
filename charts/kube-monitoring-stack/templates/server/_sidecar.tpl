{{/*
config-sidecar is an init container that keeps running (a native sidecar): the server starts only after it is ready, which it is once a set of
drop-ins lies on the volume, be it one from before a restart.
*/}}
{{- define "monitoring.sidecar.container" -}}
{{- $v := .Values.sidecar -}}
{{- $own := include "monitoring.namespace" . -}}
- name: config-sidecar
  image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  restartPolicy: Always
  args:
    - --for=server
    - --live-dir=/data/drop-ins
    - --reload-url=unix:///run/kube-monitoring-stack/reload.sock
    - --listen-address=:9096
    - --trusted-namespaces={{ prepend .Values.dropIns.trustedNamespaces $own | uniq | join "," }}
    {{- with .Values.dropIns.namespaces }}
    - --namespaces={{ prepend . $own | uniq | join "," }}
    {{- end }}
    - --log.level={{ $v.logLevel }}
    - --log.format={{ $v.logFormat }}
    {{- range $v.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  {{- with $v.extraEnv }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  ports:
    - name: http-sidecar
      containerPort: 9096
  startupProbe:
    httpGet:
      path: /readyz
      port: http-sidecar
    periodSeconds: 1
    timeoutSeconds: 3
    failureThreshold: 600
  readinessProbe:
    httpGet:
      path: /readyz
      port: http-sidecar
    periodSeconds: 10
    timeoutSeconds: 3
  livenessProbe:
    httpGet:
      path: /healthz
      port: http-sidecar
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 6
  {{- with $v.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "monitoring.containerSecurityContext" . | nindent 4 }}
  volumeMounts:
    - name: data
      mountPath: /data
    - name: run
      mountPath: /run/kube-monitoring-stack
    - name: tmp
      mountPath: /tmp
{{- end -}}


{{/* Reading drop-ins, and telling their owners what is wrong with them. */}}
{{- define "monitoring.sidecar.rules" -}}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
