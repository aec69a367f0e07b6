{{- define "monitoring.nodeExporter.pod" -}}
{{- $v := .Values.nodeExporter -}}
serviceAccountName: {{ include "monitoring.componentName" (dict "root" . "component" "node-exporter") }}
automountServiceAccountToken: false
enableServiceLinks: false
# The node's own network and processes are what it is here to see.
hostNetwork: true
hostPID: true
nodeSelector:
  kubernetes.io/os: linux
tolerations:
  - operator: Exists
securityContext:
  runAsNonRoot: true
  {{- if ne (include "monitoring.platform" .) "openshift" }}
  runAsUser: 65534
  runAsGroup: 65534
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: node-exporter
    image: {{ include "monitoring.image" (dict "root" . "image" $v.image) }}
    imagePullPolicy: {{ $v.image.pullPolicy }}
    args:
      - --web.listen-address=:{{ $v.port }}
      - --path.procfs=/host/proc
      - --path.sysfs=/host/sys
      - --path.rootfs=/host/root
      - --path.udev.data=/host/root/run/udev/data
      - --no-collector.wifi
      - --no-collector.btrfs
      # What belongs to single containers comes from the kubelet.
      - --collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/credentials/.+|run/k3s/containerd/.+|run/containerd/.+|var/lib/docker/.+|var/lib/kubelet/(pods|plugins)/.+|var/lib/containers/storage/.+|var/lib/containerd/.+)($|/)
      - --collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|erofs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs)$
      - --collector.netclass.ignored-devices=^(veth.*|cali.*|lxc.*|cilium.*|azv.*|eni.*|[a-f0-9]{15})$
      - --collector.netdev.device-exclude=^(veth.*|cali.*|lxc.*|cilium.*|azv.*|eni.*|[a-f0-9]{15})$
      {{- range $v.extraArgs }}
      - {{ . | quote }}
      {{- end }}
    env:
      {{- include "monitoring.smallHeapEnv" $v.extraEnv | trim | nindent 6 }}
    ports:
      - name: http
        containerPort: {{ $v.port }}
        hostPort: {{ $v.port }}
    readinessProbe:
      httpGet:
        path: /
        port: http
      periodSeconds: 5
      timeoutSeconds: 3
    livenessProbe:
      httpGet:
        path: /
        port: http
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    resources:
      {{- include "monitoring.resources" (dict "root" . "what" "nodeExporter" "resources" $v.resources) | nindent 6 }}
    securityContext:
      {{- include "monitoring.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: proc
        mountPath: /host/proc
        readOnly: true
      - name: sys
        mountPath: /host/sys
        readOnly: true
      - name: root
        mountPath: /host/root
        readOnly: true
        mountPropagation: HostToContainer
volumes:
  - name: proc
    hostPath:
      path: /proc
  - name: sys
    hostPath:
      path: /sys
  - name: root
    hostPath:
      path: /
{{- end -}}
