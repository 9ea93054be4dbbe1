{{/* The environment of every process. */}}
{{- define "khata.env" -}}
- {name: KHATA_ENVIRONMENT, value: {{ .Values.config.environment | quote }}}
- {name: KHATA_PUBLIC_URL, value: {{ .Values.config.publicUrl | quote }}}
- {name: KHATA_MAIL_FROM, value: {{ .Values.config.mailFrom | quote }}}
- {name: KHATA_SIGNUP, value: {{ .Values.config.signup | quote }}}
{{- with .Values.config.trustedProxies }}
- {name: KHATA_TRUSTED_PROXIES, value: {{ . | quote }}}
{{- end }}
- {name: KHATA_TENANT_LANES, value: {{ .Values.config.tenantLanes | quote }}}
- {name: KHATA_LOG_LEVEL, value: {{ .Values.config.logLevel | quote }}}
- {name: KHATA_LOG_FORMAT, value: json}
- {name: KHATA_HOST, value: {{ .Values.config.host | quote }}}
- {name: KHATA_DATA_DIR, value: /var/lib/khata}
- {name: KHATA_DATABASE_URL_FILE, value: /run/secrets/khata/database-url}
- {name: KHATA_SECRET_KEY_FILE, value: /run/secrets/khata/secret-key}
- {name: KHATA_SMTP_URL_FILE, value: /run/secrets/khata/smtp-url}
{{- if include "khata.isSplit" . }}
- {name: KHATA_BROKER_URL_FILE, value: /run/secrets/khata/broker-url}
{{- end }}
{{- if .Values.secret.keys.metricsToken }}
- {name: KHATA_METRICS_TOKEN_FILE, value: /run/secrets/khata/metrics-token}
{{- end }}
{{- with .Values.kafka.bootstrap }}
- {name: KHATA_KAFKA_BOOTSTRAP, value: {{ . | quote }}}
- {name: KHATA_KAFKA_TOPIC_PREFIX, value: {{ $.Values.kafka.topicPrefix | quote }}}
{{- if $.Values.secret.keys.kafkaOptions }}
- {name: KHATA_KAFKA_OPTIONS_FILE, value: /run/secrets/khata/kafka-options}
{{- end }}
{{- end }}
{{- with .Values.files.url }}
- {name: KHATA_FILES_URL, value: {{ . | quote }}}
{{- end }}
{{- with .Values.telemetry.otlpEndpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The items of the Secret that every process reads. */}}
{{- define "khata.secretItems" -}}
- {key: {{ .Values.secret.keys.databaseUrl }}, path: database-url}
- {key: {{ .Values.secret.keys.secretKey }}, path: secret-key}
- {key: {{ .Values.secret.keys.smtpUrl }}, path: smtp-url}
{{- if include "khata.isSplit" . }}
- {key: {{ .Values.secret.keys.brokerUrl }}, path: broker-url}
{{- end }}
{{- with .Values.secret.keys.metricsToken }}
- {key: {{ . }}, path: metrics-token}
{{- end }}
{{- if .Values.kafka.bootstrap }}
{{- with .Values.secret.keys.kafkaOptions }}
- {key: {{ . }}, path: kafka-options}
{{- end }}
{{- end }}
{{- end -}}

{{/* Never root, whatever the image says; the group may read the Secret's files. */}}
{{- define "khata.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "khata.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "khata.volumeMounts" -}}
- {name: secrets, mountPath: /run/secrets/khata, readOnly: true}
- {name: data, mountPath: /var/lib/khata}
- {name: tmp, mountPath: /tmp}
{{- if .Values.database.ca.configMap }}
- {name: database-ca, mountPath: /run/database-ca, readOnly: true}
{{- end }}
{{- end -}}

{{/* All volumes but the secrets'. */}}
{{- define "khata.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with .Values.database.ca.configMap }}
- name: database-ca
  configMap:
    name: {{ . }}
    items: [{key: {{ $.Values.database.ca.key }}, path: {{ $.Values.database.ca.key }}}]
{{- end }}
{{- end -}}

{{- define "khata.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "khata.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: {{ . }}}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /readyz, port: {{ . }}}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}

{{/* The pod of one process: {root, name, process}. */}}
{{- define "khata.pod" -}}
{{- $root := .root -}}
{{- $settings := .process.settings -}}
serviceAccountName: {{ include "khata.serviceAccountName" $root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $settings.terminationGracePeriodSeconds }}
securityContext:
  {{- include "khata.podSecurityContext" $root | nindent 2 }}
{{- include "khata.pullSecrets" $root }}
{{- with $settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $root.Values.topologySpread.enabled }}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "khata.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $.name }}
  {{- end }}
{{- end }}
containers:
  - name: khata
    image: {{ include "khata.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args: {{ toJson .process.args }}
    env:
      {{- include "khata.env" $root | nindent 6 }}
      {{- if eq .process.port "http" }}
      - {name: KHATA_PORT, value: "8000"}
      {{- else }}
      - {name: KHATA_METRICS_PORT, value: "9090"}
      {{- end }}
      {{- with $settings.graceSeconds }}
      - {name: KHATA_GRACE_SECONDS, value: {{ . | quote }}}
      {{- end }}
      {{- if $root.Values.telemetry.otlpEndpoint }}
      - {name: OTEL_SERVICE_NAME, value: khata-{{ .name }}}
      {{- end }}
      {{- with $settings.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    ports:
      - {name: {{ .process.port }}, containerPort: {{ ternary 8000 9090 (eq .process.port "http") }}}
    {{- include "khata.probes" .process.port | nindent 4 }}
    {{- if $settings.preStopSeconds }}
    lifecycle:
      preStop:
        sleep: {seconds: {{ $settings.preStopSeconds }}}
    {{- end }}
    resources:
      {{- toYaml $settings.resources | nindent 6 }}
    securityContext:
      {{- include "khata.securityContext" $root | nindent 6 }}
    volumeMounts:
      {{- include "khata.volumeMounts" $root | nindent 6 }}
volumes:
  - name: secrets
    secret:
      secretName: {{ $root.Values.secret.name }}
      defaultMode: 0440
      items:
        {{- include "khata.secretItems" $root | nindent 8 }}
  - name: data
    {{- if $root.Values.files.existingClaim }}
    persistentVolumeClaim: {claimName: {{ $root.Values.files.existingClaim }}}
    {{- else }}
    emptyDir: {sizeLimit: 1Gi}
    {{- end }}
  {{- include "khata.volumes" $root | nindent 2 }}
{{- end -}}
