{{/*
config-sidecar is an init container that keeps running (a native sidecar): its neighbour starts only after it is ready, which it is once a set of
drop-ins lies on the volume, be it one from before a restart: root; args and mounts, the names of templates with what its neighbour needs.
*/}}
{{- define "monitoring.sidecar.container" -}}
{{- $root := .root -}}
{{- $v := .root.Values.sidecar -}}
{{- $dropIns := .root.Values.dropIns -}}
{{- $own := include "monitoring.namespace" .root -}}
- name: config-sidecar
  image: {{ include "monitoring.image" (dict "root" .root "image" $v.image) }}
  imagePullPolicy: {{ $v.image.pullPolicy }}
  restartPolicy: Always
  args:
    {{- include .args .root | nindent 4 }}
    - --listen-address=:9096
    - --trusted-namespaces={{ prepend ($dropIns.trustedNamespaces | default list) $own | uniq | join "," }}
    {{- with include "monitoring.access.namespaces" .root | fromYamlArray }}
    - --namespaces={{ join "," . }}
    {{- end }}
    {{- with $dropIns.secretNamespaces }}
    - --secret-namespaces={{ uniq . | join "," }}
    {{- end }}
    - --release={{ include "monitoring.release" .root }}
    {{- if $dropIns.operatorObjects }}
    - --workload={{ $own }}/{{ include "monitoring.fullname" .root }}
    - --scrape-interval={{ .root.Values.server.scrapeInterval }}
    {{- else }}
    - --objects=none
    {{- end }}
    {{- if ne $dropIns.namespaceLabel "author" }}
    - --namespace-label={{ $dropIns.namespaceLabel }}
    {{- end }}
    {{- range $flag, $most := dict "drop-ins" $dropIns.limits.dropIns "bytes" $dropIns.limits.bytes "jobs" $dropIns.limits.jobs "rules" $dropIns.limits.rules }}
    {{- if $most }}
    - --limit.{{ $flag }}={{ int64 $most }}
    {{- end }}
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
  resources:
    {{- include "monitoring.resources" (dict "root" .root "what" "sidecar" "resources" $v.resources) | nindent 4 }}
  securityContext:
    {{- include "monitoring.containerSecurityContext" . | nindent 4 }}
  volumeMounts:
    {{- include .mounts .root | nindent 4 }}
    - name: tmp
      mountPath: /tmp
{{- end -}}

{{/*
The token for a pod whose main container has no business with the API server: mounted in the sidecar alone.
*/}}
{{- define "monitoring.sidecar.tokenVolume" -}}
- name: api-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - {key: ca.crt, path: ca.crt}
      - downwardAPI:
          items:
            - path: namespace
              fieldRef: {fieldPath: metadata.namespace}
{{- end -}}

{{- define "monitoring.sidecar.tokenMount" -}}
- name: api-token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end -}}
