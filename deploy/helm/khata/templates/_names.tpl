{{- define "khata.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 30 | trimSuffix "-" -}}
{{- end -}}

{{/* KEDA puts keda-hpa- before a name and takes 63 letters in all. */}}
{{- define "khata.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- else if contains (include "khata.name" .) .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "khata.name" .) | trunc 30 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What never changes while a release lives: selectors are made of it. */}}
{{- define "khata.selector" -}}
app.kubernetes.io/name: {{ include "khata.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "khata.labels" -}}
{{ include "khata.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "khata.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "khata.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "khata.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The processes other than the API: "" when `khata up` is all there is. */}}
{{- define "khata.isSplit" -}}
{{- if ne .Values.broker.kind "none" -}}yes{{- end -}}
{{- end -}}

{{/*
Every Deployment as one object {name: {args, port, settings}}, so that Deployments, budgets,
policies and monitors speak of the same list. Printed as YAML; read it with fromYaml.
*/}}
{{- define "khata.processes" -}}
{{- $all := dict -}}
{{- $api := ternary (list "api") (list "up") (ne .Values.broker.kind "none") -}}
{{- $_ := set $all "api" (dict "kind" "api" "args" $api "port" "http" "settings" .Values.api) -}}
{{- if include "khata.isSplit" . -}}
{{- range $name, $group := .Values.workers.groups -}}
{{- if $group -}}
{{- $settings := mergeOverwrite (deepCopy $.Values.workers.defaults) (deepCopy $group) -}}
{{- $args := list "worker" "--queues" (join "," $settings.queues) "--concurrency" (toString $settings.concurrency) -}}
{{- $_ := set $all (printf "worker-%s" $name) (dict "kind" "worker" "args" $args "port" "metrics" "settings" $settings) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $all "scheduler" (dict "kind" "scheduler" "args" (list "scheduler") "port" "metrics" "settings" .Values.scheduler) -}}
{{- $_ := set $all "relay" (dict "kind" "relay" "args" (list "relay") "port" "metrics" "settings" .Values.relay) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Who decides on the number of this process: "" (the chart), "cpu" or "queue". */}}
{{- define "khata.scaledBy" -}}
{{- $settings := .process.settings -}}
{{- if and (eq .process.kind "worker") .root.Values.keda.enabled -}}queue
{{- else if and $settings.autoscaling $settings.autoscaling.enabled -}}cpu
{{- end -}}
{{- end -}}
